namespace Amqp.Simulation.Links;

/// <summary>What becomes of an attempt to connect.</summary>
public enum ConnectFailure
{
    /// <summary>Nobody listens: it is refused at once.</summary>
    Refused,

    /// <summary>Nobody answers; the client gives up in the end.</summary>
    Hangs,

    /// <summary>It is accepted and reset.</summary>
    ResetAfterAccept,

    /// <summary>It is accepted by something that speaks another protocol and says so at once.</summary>
    Garbage,

    /// <summary>It is accepted by something that answers with a TLS alert.</summary>
    TlsAlert,

    /// <summary>It is accepted and nothing ever comes.</summary>
    Mute,
}
