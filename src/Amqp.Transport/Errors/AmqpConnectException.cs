using System.Collections.Immutable;
using System.Text;

namespace Amqp.Transport;

/// <summary>No endpoint could be connected to. Every attempt is listed, in order.</summary>
public sealed class AmqpConnectException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="attempts">What was tried, and how each ended.</param>
    public AmqpConnectException(ImmutableArray<AmqpConnectAttempt> attempts)
        : this(attempts, attempts.IsDefault ? 0 : attempts.Length)
    {
    }

    internal AmqpConnectException(ImmutableArray<AmqpConnectAttempt> attempts, long total)
        : base(Describe(attempts, total), attempts.IsDefaultOrEmpty ? null : attempts[^1].Cause)
    {
        Attempts = attempts;
        TotalAttempts = total;
    }

    /// <summary>What was tried, and how each ended, in order; after very many passes the last 256.</summary>
    public ImmutableArray<AmqpConnectAttempt> Attempts { get; }

    /// <summary>How many attempts there were, also those that are no longer listed.</summary>
    public long TotalAttempts { get; }

    private static string Describe(ImmutableArray<AmqpConnectAttempt> attempts, long total)
    {
        if (attempts.IsDefaultOrEmpty)
        {
            return "No endpoint could be connected to: there was none to try.";
        }

        if (total == 1)
        {
            return $"Connecting failed. {attempts[0]}";
        }

        var text = new StringBuilder($"Connecting failed in {total} attempts.");
        if (total > attempts.Length)
        {
            text.Append($" The last {attempts.Length} were:");
        }

        foreach (AmqpConnectAttempt attempt in attempts)
        {
            text.Append("\n  ").Append(attempt);
        }

        return text.ToString();
    }
}
