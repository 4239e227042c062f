namespace Amqp.Engine.Session;

/// <summary>What can change a channel's state, or must be allowed by it.</summary>
public enum ChannelInput
{
    /// <summary>The owner opens the channel: <c>channel.open</c> goes out.</summary>
    LocalOpen,

    /// <summary>The owner closes the channel: <c>channel.close</c> goes out.</summary>
    LocalClose,

    /// <summary>The connection ended.</summary>
    SessionEnd,

    /// <summary><c>channel.open-ok</c> arrived.</summary>
    OpenOk,

    /// <summary><c>channel.close</c> arrived; close-ok is the answer.</summary>
    Close,

    /// <summary><c>channel.close-ok</c> arrived.</summary>
    CloseOk,

    /// <summary>The answer to a call arrived.</summary>
    Reply,

    /// <summary><c>basic.deliver</c>, <c>basic.return</c> or <c>basic.get-ok</c> arrived.</summary>
    ContentMethod,

    /// <summary>A content header or body frame arrived.</summary>
    ContentFrame,

    /// <summary><c>basic.ack</c> or <c>basic.nack</c> arrived: the broker settles publishes.</summary>
    Settle,

    /// <summary><c>basic.cancel</c> arrived: the broker ends a consumer.</summary>
    Cancel,

    /// <summary><c>channel.flow</c> arrived.</summary>
    Flow,

    /// <summary>A method arrived that a client never receives on a channel.</summary>
    OtherMethod,
}
