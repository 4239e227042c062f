namespace Amqp.Simulation.World;

/// <summary>How far a world is whose client reconnects.</summary>
internal enum WorldPhase
{
    /// <summary>Things go wrong; only safety is demanded.</summary>
    Faulty,

    /// <summary>Nothing goes wrong any more: everything has to settle.</summary>
    Healed,

    /// <summary>Everything has settled; the client closes.</summary>
    Closing,
}
