namespace Amqp.FakeBroker;

/// <summary>Where a connection is in its life, as the broker sees it.</summary>
internal enum ConnectionPhase
{
    /// <summary>Waiting for the eight octets of the protocol header.</summary>
    AwaitingHeader,

    /// <summary>connection.start sent.</summary>
    Starting,

    /// <summary>connection.tune sent.</summary>
    Tuning,

    /// <summary>tune-ok received.</summary>
    Opening,

    /// <summary>open-ok sent.</summary>
    Running,

    /// <summary>connection.close sent; close-ok awaited.</summary>
    CloseSent,

    /// <summary>close-ok sent; the peer is to hang up.</summary>
    CloseOkSent,

    /// <summary>The stream makes no sense any more: input is thrown away until the delay is over.</summary>
    Draining,

    /// <summary>Over; the host closes the stream.</summary>
    Ended,
}
