namespace Amqp.Simulation.Evidence;

/// <summary>What a <see cref="TraceEvent"/> tells.</summary>
public enum TraceKind
{
    /// <summary>Something in words, by the code under test or by the world.</summary>
    Note,

    /// <summary>A connection was opened.</summary>
    Opened,

    /// <summary>One side wrote bytes; the lane says which.</summary>
    Sent,

    /// <summary>Bytes reached one side; the lane says which.</summary>
    Received,

    /// <summary>One side saw the end of its stream.</summary>
    Ended,

    /// <summary>A fault was set or happened.</summary>
    Fault,

    /// <summary>The broker did something of which its journal tells.</summary>
    Broker,
}
