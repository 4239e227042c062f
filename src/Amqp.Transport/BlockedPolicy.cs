namespace Amqp.Transport;

/// <summary>What <see cref="AmqpChannel.PublishAsync"/> does while the broker keeps the connection blocked
/// (<c>connection.blocked</c>, <see href="https://www.rabbitmq.com/docs/connection-blocked"/>). Whatever it does,
/// nothing is published until the broker unblocks the connection, and everything else goes on: acknowledgements, calls,
/// heartbeats, closes.</summary>
public readonly record struct BlockedPolicy
{
    /// <summary>What each message takes of <see cref="MaxBytes"/> beside its body, in bytes.</summary>
    public const int BytesPerMessage = 256;

    private BlockedPolicy(BlockedAction action, long maxBytes)
    {
        Action = action;
        MaxBytes = maxBytes;
    }

    /// <summary>Publishing waits, in order, until the connection is unblocked, its token is cancelled or the connection
    /// ends. The default.</summary>
    public static BlockedPolicy Wait => default;

    /// <summary>Publishing fails at once with <see cref="PublishBlockedException"/>, and so do publishes that were
    /// waiting for room when the connection became blocked. None of them was sent.</summary>
    public static BlockedPolicy Fail { get; } = new(BlockedAction.Fail, 0);

    /// <summary>What to do.</summary>
    public BlockedAction Action { get; }

    /// <summary>The most bytes that may be set aside, on all channels of the connection together; 0 unless messages are
    /// buffered.</summary>
    public long MaxBytes { get; }

    /// <summary>Messages are copied and set aside, and publishing goes on; on a confirming channel its task still ends
    /// with the confirm, and on a transactional one it waits, since a commit must not overtake what it commits. Beyond
    /// the limit publishing fails with <see cref="PublishBlockedException"/>. When the channel closes, what is still
    /// set aside is lost like anything that was not confirmed, and the number is logged.</summary>
    /// <param name="maxBytes">The most bytes to set aside, at least 1; a message counts as its body and
    /// <see cref="BytesPerMessage"/>.</param>
    /// <returns>The policy.</returns>
    public static BlockedPolicy Buffer(long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        return new BlockedPolicy(BlockedAction.Buffer, maxBytes);
    }
}
