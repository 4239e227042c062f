using System.Runtime.CompilerServices;
using Amqp.Engine.Spec;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Consuming (AMQP 0-9-1 section 1.8.3.3) and fetching.
public sealed partial class AmqpChannel
{
    private readonly Dictionary<string, AmqpConsumer> _consumers = new(StringComparer.Ordinal);
    private AmqpConsumer? _lastConsumer;
    private ushort _consumerPrefetch;
    private ushort _channelPrefetch;

    /// <summary>Sets the prefetch (<c>basic.qos</c>): how many unsettled messages the broker may have sent.</summary>
    /// <param name="prefetchCount">In messages; 0 is unlimited.</param>
    /// <param name="global">False: for each consumer that is started from now on. True: for the whole channel.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task QosAsync(ushort prefetchCount, bool global = false, CancellationToken cancellationToken = default) =>
        CallAsync(
            new BasicQos { PrefetchCount = prefetchCount, Global = global },
            QosCall(prefetchCount, global),
            cancellationToken);

    internal RpcCall QosCall(ushort prefetchCount, bool global)
    {
        return new RpcCall { Applied = Apply, Late = Apply };

        void Apply(AmqpMethod reply, CompletionBatch batch)
        {
            if (global)
            {
                _channelPrefetch = prefetchCount;
            }
            else
            {
                _consumerPrefetch = prefetchCount;
            }
        }
    }

    /// <summary>Consumes a queue as a sequence. The consumer starts with the enumeration and is cancelled when it is
    /// disposed; messages that were not yet enumerated then go back into the queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="options">How to consume.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The deliveries. The sequence ends when the broker cancels the consumer, and throws when the channel
    /// closes.</returns>
    public async IAsyncEnumerable<Delivery> ConsumeAsync(
        string queue,
        ConsumeOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var consumer = new AmqpConsumer(this, queue, options, ConsumeMode.Stream);
        await StartAsync(consumer, cancellationToken).ConfigureAwait(false);
        try
        {
            while (await consumer.Stream.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (consumer.TryRead(out Delivery? delivery))
                {
                    yield return delivery;
                }
            }
        }
        finally
        {
            await consumer.StopStreamAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Consumes a queue with a handler that gets owned messages. The handlers of a channel run one after the
    /// other, in the order of arrival, on the thread that <see cref="AmqpConnectionOptions.IoMode"/> gives them: the
    /// connection's own, or the thread pool's. Set a prefetch before: without one, a full buffer pauses reading
    /// (<see cref="ConsumeOptions.BufferSize"/>), and a handler that awaits an answer of the broker, a confirm say,
    /// waits for half a second to a second before reading goes on for it.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="handler">Handles a message and settles it. Its token is cancelled when the channel
    /// closes.</param>
    /// <param name="options">How to consume, and what to do when the handler throws.</param>
    /// <param name="cancellationToken">Ends the wait for the start; the consumer is then cancelled.</param>
    /// <returns>The running consumer.</returns>
    public Task<AmqpConsumer> SubscribeAsync(
        string queue,
        Func<Delivery, CancellationToken, ValueTask> handler,
        ConsumeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return StartAsync(
            new AmqpConsumer(this, queue, options, ConsumeMode.Owned) { Owned = handler }, cancellationToken);
    }

    /// <summary>As <see cref="SubscribeAsync"/>, with bodies in pooled memory that is valid until the handler's task
    /// ends. Nothing is allocated for a message.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="handler">Handles a message and settles it; it must not keep the body.</param>
    /// <param name="options">How to consume, and what to do when the handler throws.</param>
    /// <param name="cancellationToken">Ends the wait for the start; the consumer is then cancelled.</param>
    /// <returns>The running consumer.</returns>
    public Task<AmqpConsumer> SubscribeBorrowedAsync(
        string queue,
        Func<BorrowedDelivery, CancellationToken, ValueTask> handler,
        ConsumeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return StartAsync(
            new AmqpConsumer(this, queue, options, ConsumeMode.Borrowed) { Borrowed = handler }, cancellationToken);
    }

    /// <summary>Consumes a queue with a synchronous handler on the thread that reads the connection. It gets the body
    /// as a slice of the receive buffer, without a copy when it came in one piece. <b>It must not block</b>: while it
    /// runs nothing is received on the connection, so waiting there for an answer of the broker never ends. What it
    /// settles and publishes leaves in one send after all messages of the read were handled.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="handler">Handles a message and settles it.</param>
    /// <param name="options">How to consume, and what to do when the handler throws.</param>
    /// <param name="cancellationToken">Ends the wait for the start; the consumer is then cancelled.</param>
    /// <returns>The running consumer.</returns>
    public Task<AmqpConsumer> SubscribeInlineAsync(
        string queue,
        InlineHandler handler,
        ConsumeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return StartAsync(
            new AmqpConsumer(this, queue, options, ConsumeMode.Inline) { Inline = handler }, cancellationToken);
    }

    /// <summary>Fetches one message (<c>basic.get</c>). For more than a few messages consuming is far
    /// cheaper.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="noAck">Whether the broker takes the message for settled at once.</param>
    /// <param name="cancellationToken">Ends the wait; a message that still comes is put back.</param>
    /// <returns>The message, or <see langword="null"/> when the queue is empty.</returns>
    public async Task<GetResult?> GetAsync(
        string queue, bool noAck = false, CancellationToken cancellationToken = default)
    {
        var call = new RpcCall { IsNoAck = noAck };
        return await CallAsync(new BasicGet { Queue = queue, NoAck = noAck }, call, cancellationToken)
            .ConfigureAwait(false) as GetResult;
    }

    /// <summary>Puts a message back that a consumer does not want any more. The gate is held.</summary>
    internal void PutBack(ulong deliveryTag) =>
        SettleInside(Settlement.Nack, deliveryTag, multiple: false, requeue: true);

    internal Task CancelConsumerAsync(AmqpConsumer consumer, CancellationToken cancellationToken) => CallAsync(
        new BasicCancel { ConsumerTag = consumer.ConsumerTag }, CancelCall(consumer), cancellationToken);

    internal RpcCall CancelCall(AmqpConsumer consumer) => new()
    {
        Applied = (_, batch) => Remove(consumer, null, batch),
        Late = (_, batch) => Remove(consumer, null, batch),
    };

    internal void OnConsumerCancelled(string tag, CompletionBatch batch)
    {
        if (_consumers.TryGetValue(tag, out AmqpConsumer? consumer))
        {
            _connection.Forget(this, tag);
            Remove(consumer, null, batch);
        }
    }

    /// <summary>Adds a message to a dispatcher's work. The gate is held.</summary>
    internal void Stage(IDispatcher dispatcher, in DispatchItem item) => _pump.Stage(dispatcher, in item);

    /// <summary>Counts a consumer whose buffer became full, or is no longer. The gate is held.</summary>
    internal void CountFull(int change) => _pump.CountFull(change);

    internal SessionPump Pump => _pump;

    internal Lock Gate => _pump.Gate;

    /// <summary>Whether messages for a consumer come without bound, so that its buffer must bound them.</summary>
    internal bool IsUnbounded(AmqpConsumer consumer) =>
        consumer.Options.NoAck || (consumer.Prefetch == 0 && _channelPrefetch == 0);

    /// <summary>How many messages the broker may have under way to a consumer, where it is not unbounded.</summary>
    internal int PrefetchOf(AmqpConsumer consumer) =>
        consumer.Prefetch == 0 ? _channelPrefetch
        : _channelPrefetch == 0 ? consumer.Prefetch
        : Math.Min(consumer.Prefetch, _channelPrefetch);

    /// <summary>How many messages and callbacks handlers are done with. The gate is held.</summary>
    internal long HandledCount
    {
        get
        {
            long count = _callbacks?.Handled ?? 0;
            foreach (AmqpConsumer consumer in _consumers.Values)
            {
                count += consumer.HandledCount;
            }

            return count;
        }
    }

    private async Task<AmqpConsumer> StartAsync(AmqpConsumer consumer, CancellationToken cancellationToken)
    {
        RpcCall call = ConsumeCall(consumer, out BasicConsume request);
        await CallAsync(request, call, cancellationToken).ConfigureAwait(false);
        return consumer;
    }

    internal RpcCall ConsumeCall(AmqpConsumer consumer, out BasicConsume request)
    {
        ConsumeOptions options = consumer.Options;
        request = new BasicConsume
        {
            Queue = consumer.Queue,
            ConsumerTag = options.ConsumerTag,
            NoLocal = options.NoLocal,
            NoAck = options.NoAck,
            Exclusive = options.Exclusive,
            Arguments = options.Arguments,
        };

        // Deliveries may follow in the same read, so the consumer is in place before the caller hears of the reply.
        return new RpcCall
        {
            Applied = (reply, _) => Add(consumer, ((BasicConsumeOk)reply).ConsumerTag),
            Late = (reply, _) =>
            {
                string tag = ((BasicConsumeOk)reply).ConsumerTag;
                Add(new AmqpConsumer(this, consumer.Queue, options, ConsumeMode.Discard), tag);
                _pump.Session.Send((ushort)Number, new BasicCancel { ConsumerTag = tag, NoWait = true });
            },
        };
    }

    private void Add(AmqpConsumer consumer, string tag)
    {
        consumer.ConsumerTag = tag;
        consumer.Prefetch = _consumerPrefetch; // a later basic.qos leaves running consumers as they are
        _consumers[tag] = consumer;
        _lastConsumer = null;
    }

    private void Remove(AmqpConsumer consumer, Exception? error, CompletionBatch batch)
    {
        if (_consumers.Remove(consumer.ConsumerTag))
        {
            _lastConsumer = null;
            consumer.End(error, batch);
        }
    }
}
