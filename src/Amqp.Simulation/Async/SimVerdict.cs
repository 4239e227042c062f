namespace Amqp.Simulation;

/// <summary>What became of a world of asynchronous code.</summary>
public enum SimVerdict
{
    /// <summary>The code came to its end.</summary>
    Passed,

    /// <summary>The code threw.</summary>
    Failed,

    /// <summary>The code waits for something that will never come from inside the simulation.</summary>
    Stuck,

    /// <summary>The code went on on a thread that is not the simulation's.</summary>
    Escaped,

    /// <summary>The code blocked the simulation's only thread.</summary>
    Blocked,

    /// <summary>The limits of virtual time or of happenings were reached.</summary>
    TooLong,

    /// <summary>A fault was set that never happened, so the run has shown nothing about it.</summary>
    NotReached,

    /// <summary>Connections were left open.</summary>
    Leaked,
}
