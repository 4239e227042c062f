using Amqp.Engine.Recovery;

namespace Amqp.Transport;

/// <summary>A lost connection could not be recovered: no endpoint took it in the attempts that were allowed, a broker
/// refused it for good, or its topology could not be restored.</summary>
public sealed class AmqpRecoveryException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="report">What the last replay did, when the topology was at fault.</param>
    /// <param name="inner">What the last attempt failed with.</param>
    public AmqpRecoveryException(string message, RecoveryReport? report, Exception? inner)
        : base(message, inner) => Report = report;

    /// <summary>What the last replay did, when the topology was at fault; otherwise <see langword="null"/>.</summary>
    public RecoveryReport? Report { get; }
}
