using Amqp.Engine.Spec;
using Amqp.Transport.Blocking;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Consuming with handlers (AMQP 0-9-1 section 1.8.3.3), and fetching.
public sealed partial class BlockingChannel
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BlockingConsumer> _consumers = new(StringComparer.Ordinal);

    /// <summary>Raised, where callbacks run, when the broker has cancelled a consumer of this channel, its queue was
    /// deleted for instance; with the consumer's tag. Messages that came before were handled before.</summary>
    public event Action<string>? ConsumerCancelled;

    /// <summary>The tags of the consumers that run.</summary>
    public IReadOnlyList<string> ConsumerTags
    {
        get
        {
            lock (_gate)
            {
                return [.. _consumers.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>How many messages of all consumers have come and were not handled yet.</summary>
    public int WaitingMessages
    {
        get
        {
            lock (_gate)
            {
                return _consumers.Values.Sum(consumer => consumer.Count);
            }
        }
    }

    /// <summary>Sets the prefetch (<c>basic.qos</c>), see <see cref="AmqpChannel.QosAsync"/>.</summary>
    /// <param name="prefetchCount">In messages; 0 is unlimited.</param>
    /// <param name="global">False: for each consumer that is started from now on. True: for the whole channel.</param>
    /// <param name="timeout">The longest wait.</param>
    public void Qos(ushort prefetchCount, bool global = false, TimeSpan? timeout = null) => Call(
        new BasicQos { PrefetchCount = prefetchCount, Global = global },
        _inner.QosCall(prefetchCount, global),
        timeout);

    /// <summary>Starts a consumer (<c>basic.consume</c>) whose handler gets each message where callbacks run. A handler
    /// may make any call, on this channel too.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="handler">Handles a message, and settles it by <see cref="Ack(Delivery, bool)"/> or its
    /// like.</param>
    /// <param name="options">How to consume; <see cref="ConsumeOptions.MaxConcurrency"/> has no meaning here.</param>
    /// <param name="timeout">The longest wait for the broker's answer; a consumer that still starts is
    /// cancelled.</param>
    /// <returns>The consumer's tag.</returns>
    public string Subscribe(
        string queue, Action<Delivery> handler, ConsumeOptions? options = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Start(new BlockingConsumer(this, queue, options, handler), timeout).Inner.ConsumerTag;
    }

    /// <summary>Cancels a consumer (<c>basic.cancel</c>). Messages that it was sent and did not handle go back into
    /// their queue; without acknowledgements they are handed over, since the broker has forgotten them. An unknown tag
    /// is ignored.</summary>
    /// <param name="consumerTag">The tag.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <returns>What became of those messages.</returns>
    public CancelResult CancelConsumer(string consumerTag, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(consumerTag);
        BlockingConsumer? consumer;
        lock (_gate)
        {
            _consumers.TryGetValue(consumerTag, out consumer);
        }

        return consumer is null ? new CancelResult(0, []) : Cancel(consumer, timeout);
    }

    /// <summary>Runs callbacks until the channel has no consumer with a handler any more: each was cancelled, by
    /// <see cref="StopConsuming"/> for instance, or by the broker.</summary>
    /// <exception cref="AmqpMisuseException">Called from a callback.</exception>
    /// <exception cref="AmqpChannelClosedException">The broker has closed this channel, or another of the
    /// connection.</exception>
    /// <exception cref="AmqpConnectionClosedException">The connection is lost.</exception>
    public void StartConsuming()
    {
        if (_connection.IsInCallback)
        {
            throw new AmqpMisuseException("StartConsuming cannot be called from a callback.");
        }

        _connection.PumpOrWait(() => !HasHandlers(), Timeout.InfiniteTimeSpan);
        ThrowIfClosedByBroker();
    }

    /// <summary>Cancels consumers with handlers, so that <see cref="StartConsuming"/> returns. May be called from a
    /// callback.</summary>
    /// <param name="consumerTag">The consumer; <see langword="null"/> for all of the channel.</param>
    /// <param name="timeout">The longest wait for each answer.</param>
    /// <returns>What became of the messages that were not handled, all consumers together.</returns>
    public CancelResult StopConsuming(string? consumerTag = null, TimeSpan? timeout = null)
    {
        if (consumerTag is not null)
        {
            return CancelConsumer(consumerTag, timeout);
        }

        BlockingConsumer[] consumers;
        lock (_gate)
        {
            consumers = [.. _consumers.Values.Where(consumer => !consumer.IsLoop)];
        }

        int requeued = 0;
        var undelivered = new List<Delivery>();
        foreach (BlockingConsumer consumer in consumers)
        {
            CancelResult result = Cancel(consumer, timeout);
            requeued += result.Requeued;
            undelivered.AddRange(result.Undelivered);
        }

        return new CancelResult(requeued, undelivered);
    }

    /// <summary>Fetches one message (<c>basic.get</c>).</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="noAck">Whether the broker takes the message for settled at once.</param>
    /// <param name="timeout">The longest wait; a message that still comes is put back.</param>
    /// <returns>The message, or <see langword="null"/> when the queue is empty.</returns>
    public GetResult? Get(string queue, bool noAck = false, TimeSpan? timeout = null) =>
        Call(new BasicGet { Queue = queue, NoAck = noAck }, new RpcCall { IsNoAck = noAck }, timeout) as GetResult;

    /// <summary>Notes a consumer that runs, unless it has ended already.</summary>
    internal void Remember(BlockingConsumer consumer)
    {
        lock (_gate)
        {
            if (!consumer.IsForgotten)
            {
                _consumers[consumer.Inner.ConsumerTag] = consumer;
            }
        }
    }

    internal bool OnConsumerEnded(BlockingConsumer consumer, bool byBroker)
    {
        Forget(consumer);
        if (!byBroker || ConsumerCancelled is not { } told)
        {
            return false;
        }

        told(consumer.Inner.ConsumerTag);
        return true;
    }

    private BlockingConsumer Start(BlockingConsumer consumer, TimeSpan? timeout)
    {
        RpcCall call = _inner.ConsumeCall(consumer.Inner, out BasicConsume request);
        Call(request, call, timeout);
        Remember(consumer);
        return consumer;
    }

    private CancelResult Cancel(BlockingConsumer consumer, TimeSpan? timeout)
    {
        if (consumer.BeginCancel())
        {
            Call(
                new BasicCancel { ConsumerTag = consumer.Inner.ConsumerTag },
                _inner.CancelCall(consumer.Inner),
                timeout);
        }

        Forget(consumer);
        var undelivered = new List<Delivery>();
        int requeued = 0;
        while (consumer.TryTake(out Delivery? delivery))
        {
            if (consumer.Inner.Options.NoAck)
            {
                undelivered.Add(delivery);
            }
            else if (_inner.Settle(Settlement.Nack, delivery.DeliveryTag, multiple: false, requeue: true) is null)
            {
                requeued++;
            }
        }

        return new CancelResult(requeued, undelivered);
    }

    private void Forget(BlockingConsumer consumer)
    {
        lock (_gate)
        {
            consumer.IsForgotten = true;
            if (_consumers.GetValueOrDefault(consumer.Inner.ConsumerTag) == consumer)
            {
                _consumers.Remove(consumer.Inner.ConsumerTag);
            }
        }

        _connection.Pump.Pulse(); // another thread may wait in StartConsuming
    }

    private void ForgetAll()
    {
        lock (_gate)
        {
            foreach (BlockingConsumer consumer in _consumers.Values)
            {
                consumer.IsForgotten = true;
            }

            _consumers.Clear();
        }

        _connection.Pump.Pulse();
    }

    private bool HasHandlers()
    {
        lock (_gate)
        {
            return _consumers.Values.Any(consumer => !consumer.IsLoop);
        }
    }
}
