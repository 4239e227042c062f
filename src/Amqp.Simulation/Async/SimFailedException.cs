namespace Amqp.Simulation;

/// <summary>A world of asynchronous code failed; the text says how, and how to run it again.</summary>
public sealed class SimFailedException : Exception
{
    /// <summary>Makes the exception of an outcome.</summary>
    /// <param name="outcome">What became of the world.</param>
    /// <param name="text">What is said; null for the outcome's own words.</param>
    public SimFailedException(SimOutcome outcome, string? text = null)
        : base(text ?? outcome?.ToString(), outcome?.Error)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Outcome = outcome;
    }

    /// <summary>What became of the world.</summary>
    public SimOutcome Outcome { get; }
}
