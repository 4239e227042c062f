namespace Amqp.Engine.Events;

/// <summary>How the byte stream under a session ended.</summary>
public enum StreamEnd
{
    /// <summary>The peer closed its side in order (TCP FIN).</summary>
    Fin,

    /// <summary>The peer or the network reset the connection (TCP RST).</summary>
    Reset,

    /// <summary>Reading or writing failed for another reason.</summary>
    Error,

    /// <summary>The owner of the session gave the stream up.</summary>
    Aborted,
}
