namespace Amqp.Simulation.Scenarios;

/// <summary>How a clock goes, compared with the world's.</summary>
/// <param name="DriftPpm">How much faster it goes, in millionths: from -500,000 to 500,000; 0 as the world's.</param>
public sealed record ClockOptions(int DriftPpm = 0)
{
    /// <summary>The largest drift, either way.</summary>
    public const int MostPpm = 500_000;
}
