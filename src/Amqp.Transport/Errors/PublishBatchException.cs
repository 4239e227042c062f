using System.Collections.Immutable;

namespace Amqp.Transport;

/// <summary>Some messages of a batch were not confirmed; all others were.</summary>
public sealed class PublishBatchException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="failures">What failed, at least one, by their place in the batch.</param>
    /// <param name="count">The size of the batch.</param>
    public PublishBatchException(ImmutableArray<PublishFailure> failures, int count)
        : base($"{failures.Length} of {count} messages were not confirmed; the first is number {failures[0].Index}: "
            + failures[0].Error.Message, failures[0].Error)
    {
        Failures = failures;
    }

    /// <summary>What failed, by their place in the batch.</summary>
    public ImmutableArray<PublishFailure> Failures { get; }
}
