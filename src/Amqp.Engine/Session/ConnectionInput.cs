namespace Amqp.Engine.Session;

/// <summary>What can change a connection's state: the methods of class connection, and what the owner does.</summary>
public enum ConnectionInput
{
    /// <summary>The owner started the session: the protocol header goes out.</summary>
    LocalStart,

    /// <summary>The owner closes an open connection: <c>connection.close</c> goes out.</summary>
    LocalClose,

    /// <summary>The end, whatever its reason: a deadline, a violation, the end of the stream.</summary>
    End,

    /// <summary><c>connection.start</c> arrived.</summary>
    Start,

    /// <summary><c>connection.secure</c> arrived.</summary>
    Secure,

    /// <summary><c>connection.tune</c> arrived.</summary>
    Tune,

    /// <summary><c>connection.open-ok</c> arrived.</summary>
    OpenOk,

    /// <summary><c>connection.close</c> arrived; close-ok is the answer.</summary>
    Close,

    /// <summary><c>connection.close-ok</c> arrived.</summary>
    CloseOk,

    /// <summary><c>connection.blocked</c> arrived.</summary>
    Blocked,

    /// <summary><c>connection.unblocked</c> arrived.</summary>
    Unblocked,

    /// <summary><c>connection.update-secret-ok</c> arrived.</summary>
    UpdateSecretOk,

    /// <summary>A method arrived that a client never receives on channel 0.</summary>
    OtherMethod,

    /// <summary>A frame for a channel other than 0 arrived.</summary>
    ChannelFrame,
}
