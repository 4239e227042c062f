using Amqp.Transport.Blocking;

namespace Amqp.Transport;

// Consuming with a loop.
public sealed partial class BlockingChannel
{
    private int _requeued;

    /// <summary>Consumes a queue as a sequence, which waits for the next message without end. The consumer starts with
    /// the loop. Leaving the loop cancels it; messages that had come and were not taken go back into the queue, and
    /// <see cref="Cancel(TimeSpan?)"/> says how many. While the loop waits callbacks run on its thread, unless they
    /// have one of their own.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="options">How to consume.</param>
    /// <returns>The messages. The sequence ends when the consumer is cancelled, by <see cref="Cancel(TimeSpan?)"/> or
    /// the broker, and throws when the channel closes. Set a prefetch before: what has come waits in memory.</returns>
    public IEnumerable<Delivery> Consume(string queue, ConsumeOptions? options = null)
    {
        foreach (Delivery? delivery in Consume(queue, Timeout.InfiniteTimeSpan, options))
        {
            yield return delivery!;
        }
    }

    /// <summary>As <see cref="Consume(string, ConsumeOptions?)"/>, but gives <see langword="null"/> whenever no message
    /// came for so long; the loop may then go on or leave.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="inactivityTimeout">For how long no message has come, counted anew for each wait; zero only looks
    /// whether one is there.</param>
    /// <param name="options">How to consume.</param>
    /// <returns>The messages, and <see langword="null"/> for each time without one.</returns>
    public IEnumerable<Delivery?> Consume(
        string queue, TimeSpan inactivityTimeout, ConsumeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Loop(queue, inactivityTimeout, options);
    }

    /// <summary>Cancels what <see cref="Consume(string, ConsumeOptions?)"/> has started on this channel; a loop that
    /// still runs ends.</summary>
    /// <param name="timeout">The longest wait for each answer.</param>
    /// <returns>How many messages, that had come and were not taken, went back into their queues since the last call,
    /// those of loops that were left before included.</returns>
    public int Cancel(TimeSpan? timeout = null)
    {
        BlockingConsumer[] loops;
        lock (_gate)
        {
            loops = [.. _consumers.Values.Where(consumer => consumer.IsLoop)];
        }

        foreach (BlockingConsumer loop in loops)
        {
            Interlocked.Add(ref _requeued, Cancel(loop, timeout).Requeued);
        }

        return Interlocked.Exchange(ref _requeued, 0);
    }

    private IEnumerable<Delivery?> Loop(string queue, TimeSpan inactivityTimeout, ConsumeOptions? options)
    {
        BlockingConsumer consumer = Start(new BlockingConsumer(this, queue, options, handler: null), null);
        try
        {
            while (TryNext(consumer, inactivityTimeout, out Delivery? delivery))
            {
                yield return delivery;
            }
        }
        finally
        {
            Leave(consumer);
        }
    }

    // False when the sequence has ended; true without a message when none came in time.
    private bool TryNext(BlockingConsumer consumer, TimeSpan inactivityTimeout, out Delivery? delivery)
    {
        _connection.PumpOrWait(() => consumer.Count > 0 || consumer.IsEnded || CloseReason is not null,
            inactivityTimeout);
        bool isClosed = CloseReason is not null;
        bool isEnded = consumer.IsEnded; // before the last look whether something has come
        if (isClosed && !consumer.Inner.Options.NoAck)
        {
            delivery = null; // it could not be settled, and comes again elsewhere
        }
        else if (consumer.TryTake(out delivery))
        {
            return true;
        }

        if (isClosed)
        {
            ThrowIfClosedByBroker();
            _connection.ThrowIfLost();
            return false; // the loop itself has closed it
        }

        return !isEnded;
    }

    // An error here would hide the one that ended the loop.
    private void Leave(BlockingConsumer consumer)
    {
        try
        {
            if (IsOpen)
            {
                Interlocked.Add(ref _requeued, Cancel(consumer, null).Requeued);
            }
        }
        catch (AmqpException error)
        {
            Log.CloseFailed(_connection.Connection.Logger, error);
        }
    }
}
