using System.Collections.Immutable;
using System.Text;

namespace Amqp.Transport;

/// <summary>No endpoint could be connected to. Every attempt is listed, in order.</summary>
public sealed class AmqpConnectException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="attempts">What was tried, and how each ended.</param>
    public AmqpConnectException(ImmutableArray<AmqpConnectAttempt> attempts)
        : base(Describe(attempts), attempts.IsDefaultOrEmpty ? null : attempts[^1].Cause)
    {
        Attempts = attempts;
    }

    /// <summary>What was tried, and how each ended, in order.</summary>
    public ImmutableArray<AmqpConnectAttempt> Attempts { get; }

    private static string Describe(ImmutableArray<AmqpConnectAttempt> attempts)
    {
        if (attempts.IsDefaultOrEmpty)
        {
            return "No endpoint could be connected to: there was none to try.";
        }

        if (attempts.Length == 1)
        {
            return $"Connecting failed. {attempts[0]}";
        }

        var text = new StringBuilder($"Connecting failed in {attempts.Length} attempts.");
        foreach (AmqpConnectAttempt attempt in attempts)
        {
            text.Append("\n  ").Append(attempt);
        }

        return text.ToString();
    }
}
