using Amqp.Engine.Events;

namespace Amqp.Engine.Recovery;

/// <summary>When a connection that was lost, or could not be made, is tried again, and where. Immutable.</summary>
public sealed record RecoveryPolicy
{
    /// <summary>The delay before the first attempt, more than zero. Each further attempt waits twice as long as the one
    /// before.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest delay, at least <see cref="MinDelay"/> and at most 24 days.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of each delay is drawn at random, 0 to 1: with 0.5 it is from half of it to all of it. Clients
    /// that lost the same broker do not come back at the same moment.</summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>How long a connection must have been ready for the delays to start from the first one
    /// again.</summary>
    public TimeSpan StablePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many attempts in a row to give up, from 1; null for never.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How many attempts in a row may fail to restore the topology before the connection closes, from
    /// 1.</summary>
    public int MaxTopologyAttempts { get; init; } = 5;

    /// <summary>What happens when something cannot be restored.</summary>
    public TopologyFailurePolicy OnTopologyFailure { get; init; } = TopologyFailurePolicy.Close;

    /// <summary>The order of endpoints.</summary>
    public EndpointOrder EndpointOrder { get; init; } = EndpointOrder.InOrder;

    /// <summary>Decides whether to recover after an end; null for <see cref="IsRecoverable"/>. It must not
    /// throw.</summary>
    public Func<SessionEnd, bool>? Recoverable { get; init; }

    /// <summary>The seed of all that is drawn.</summary>
    public ulong Seed { get; init; }

    /// <summary>The usual decision. An end is final when the application wanted it, when the broker refuses the login
    /// or the virtual host (403, 530), and when it speaks another version; everything else is recovered from. A stream
    /// that ends right after the login is no refusal: it may have been cut there.</summary>
    /// <param name="end">How the session ended.</param>
    /// <returns>Whether to connect again.</returns>
    public static bool IsRecoverable(SessionEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return end.Kind switch
        {
            SessionEndKind.ClosedByApplication or SessionEndKind.CloseTimeout
                or SessionEndKind.VersionMismatch => false,
            SessionEndKind.AuthenticationRefused or SessionEndKind.VirtualHostRefused =>
                end is { Initiator: CloseInitiator.Peer, Code: Spec.ReplyCode.Success },
            SessionEndKind.ClosedByPeer =>
                end.Code is not (Spec.ReplyCode.AccessRefused or Spec.ReplyCode.NotAllowed),
            _ => end.Initiator != CloseInitiator.Application,
        };
    }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A member is out of range; the exception names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MinDelay, TimeSpan.Zero, nameof(MinDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, MinDelay, nameof(MaxDelay));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            MaxDelay, TimeSpan.FromMilliseconds(int.MaxValue), nameof(MaxDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, 0, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Jitter, 1, nameof(Jitter));
        ArgumentOutOfRangeException.ThrowIfLessThan(StablePeriod, TimeSpan.Zero, nameof(StablePeriod));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts ?? 1, 1, nameof(MaxAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTopologyAttempts, 1, nameof(MaxTopologyAttempts));
    }
}
