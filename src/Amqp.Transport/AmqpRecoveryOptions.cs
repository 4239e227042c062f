using Amqp.Engine.Recovery;

namespace Amqp.Transport;

/// <summary>How a connection recovers after it was lost. Immutable.</summary>
public sealed record AmqpRecoveryOptions
{
    /// <summary>When to connect again, and in which order of endpoints. A seed of 0 stands for one that is drawn from
    /// the time.</summary>
    public RecoveryPolicy Policy { get; init; } = new();

    /// <summary>What of the topology to restore; everything by default.</summary>
    public ReplayOptions Replay { get; init; } = ReplayOptions.Default;

    /// <summary>What publishing does while the connection is being recovered; by default it waits.</summary>
    public BlockedPolicy WhenRecovering { get; init; }

    /// <summary>Whether publishes on confirming channels that were sent and not confirmed when the connection was lost
    /// are sent again, in order, so that their tasks end with a confirm after all. A message whose confirm was lost
    /// then comes twice. Without it their tasks fail.</summary>
    public bool Republish { get; init; } = true;

    /// <summary>Whether a message that is published on a confirming channel without a message id gets one, which stays
    /// the same when it is sent again, so that its receivers can tell. It costs a copy of the properties for each
    /// message.</summary>
    public bool AssignMessageIds { get; init; }

    /// <summary>Checks all ranges.</summary>
    /// <exception cref="ArgumentException">A member is out of range; the text names it.</exception>
    public void Validate()
    {
        Policy.Validate();
        Replay.Validate();
    }
}
