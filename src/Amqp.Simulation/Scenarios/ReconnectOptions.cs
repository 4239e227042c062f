namespace Amqp.Simulation.Scenarios;

/// <summary>
/// A client that connects again when its session is lost: it opens its channels, declares and consumes as before, and
/// publishes again what was not settled.
/// </summary>
/// <param name="Delay">How long it waits before the first attempt; doubled for each that fails in a row.</param>
/// <param name="MaxDelay">The longest it waits.</param>
public sealed record ReconnectOptions(TimeSpan Delay, TimeSpan MaxDelay)
{
    /// <summary>A tenth of a second at first, five seconds at most.</summary>
    public static ReconnectOptions Default { get; } =
        new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
}
