namespace Amqp.Property.Conformance;

/// <summary>
/// A broker that scenarios are played to: in this process under virtual time, or behind a socket in real time.
/// </summary>
internal interface IConformanceTarget : IDisposable
{
    /// <summary>The target's clock, from any origin.</summary>
    TimeSpan Now { get; }

    /// <summary>The date and time on the broker's clock.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>
    /// How long a stream must be silent for what was sent to count as answered, unless a scenario says.
    /// </summary>
    TimeSpan Idle { get; }

    /// <summary>True when <see cref="Control"/> works.</summary>
    bool HasControl { get; }

    /// <summary>Opens a stream.</summary>
    IConformanceStream Connect();

    /// <summary>Waits until one of the streams has something to read, at most this long.</summary>
    void Wait(IReadOnlyCollection<IConformanceStream> streams, TimeSpan limit);

    /// <summary>Performs what rabbitmqctl would with these arguments.</summary>
    void Control(IReadOnlyList<string> arguments);
}
