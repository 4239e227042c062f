using System.Runtime.CompilerServices;
using Amqp.Engine.Spec;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Publishing (AMQP 0-9-1 section 1.8.3.7), consuming, fetching and settling.
public sealed partial class SelectChannel
{
    private Action<ReturnedMessage>? _returned;

    /// <summary>Raised in the loop for each message that the broker could not route, in order.</summary>
    public event Action<ReturnedMessage>? Returned
    {
        add
        {
            if (_returned is null)
            {
                _inner.Returned += OnReturned;
            }

            _returned += value;
        }

        remove
        {
            _returned -= value;
            if (_returned is null)
            {
                _inner.Returned -= OnReturned;
            }
        }
    }

    /// <summary>The number that the next publish gets on a confirming channel, counted from 1; 0 on any other
    /// channel.</summary>
    public ulong NextPublishSequenceNumber => _inner.NextPublishSequenceNumber;

    /// <summary>What was not settled when the channel closed for good, see
    /// <see cref="AmqpChannel.Unsettled"/>.</summary>
    public IReadOnlyList<UnsettledPublish> Unsettled => _inner.Unsettled;

    /// <summary>Puts the channel into confirm mode (<c>confirm.select</c>).</summary>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void ConfirmSelect(Action? onOk = null, Action<AmqpException>? onError = null) =>
        Call(new ConfirmSelect(), _inner.ConfirmCall(), _ => onOk?.Invoke(), onError);

    /// <summary>Publishes a message. When there is no room for it, it waits in memory until there is.</summary>
    /// <param name="exchange">The exchange; empty for the default one. At most 255 bytes of UTF-8.</param>
    /// <param name="routingKey">The routing key, at most 255 bytes of UTF-8.</param>
    /// <param name="body">The body. It must not change before <paramref name="onSettled"/> is called.</param>
    /// <param name="properties">The properties; <see langword="null"/> for none.</param>
    /// <param name="mandatory">Whether the broker gives the message back when it reaches no queue.</param>
    /// <param name="onSettled">Called once: with <see langword="null"/> when the broker has confirmed it (on a
    /// confirming channel) or it was taken into the bounded output (on any other), else with what became of it. A
    /// publisher that waits for it before it goes on keeps memory bounded.</param>
    public void Publish(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null,
        bool mandatory = false,
        Action<AmqpException?>? onSettled = null)
    {
        ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter publish = _inner
            .PublishAsync(exchange, routingKey, body, properties, mandatory).ConfigureAwait(false).GetAwaiter();
        if (publish.IsCompleted)
        {
            publish.GetResult(); // a refusal is thrown to the caller: nothing was sent
            if (onSettled is not null)
            {
                Loop.AddCallback(() => onSettled(null));
            }

            return;
        }

        publish.UnsafeOnCompleted(() =>
        {
            AmqpException? outcome = null;
            try
            {
                publish.GetResult();
            }
            catch (AmqpException error)
            {
                outcome = error;
            }

            if (onSettled is not null)
            {
                Loop.AddCallback(() => onSettled(outcome));
            }
        });
    }

    /// <summary>Sets the prefetch (<c>basic.qos</c>), see <see cref="AmqpChannel.QosAsync"/>.</summary>
    /// <param name="prefetchCount">In messages; 0 is unlimited.</param>
    /// <param name="global">False: for each consumer that is started from now on. True: for the whole channel.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void Qos(
        ushort prefetchCount, bool global = false, Action? onOk = null, Action<AmqpException>? onError = null) => Call(
            new BasicQos { PrefetchCount = prefetchCount, Global = global },
            _inner.QosCall(prefetchCount, global),
            _ => onOk?.Invoke(),
            onError);

    /// <summary>Starts a consumer (<c>basic.consume</c>).</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="onMessage">Called in the loop for each message, in order.</param>
    /// <param name="options">How to consume; <see cref="ConsumeOptions.MaxConcurrency"/> and
    /// <see cref="ConsumeOptions.OnHandlerError"/> have no meaning here: what a callback throws comes out of the
    /// loop.</param>
    /// <param name="onCancelled">Called when the broker has cancelled the consumer, its queue was deleted for
    /// instance.</param>
    /// <param name="onOk">Called with the consumer's tag.</param>
    /// <param name="onError">Called when it could not be started.</param>
    public void Consume(
        string queue,
        Action<Delivery> onMessage,
        ConsumeOptions? options = null,
        Action? onCancelled = null,
        Action<string>? onOk = null,
        Action<AmqpException>? onError = null)
    {
        ArgumentNullException.ThrowIfNull(onMessage);
        AmqpConsumer? consumer = null;
        consumer = new AmqpConsumer(_inner, queue, options, ConsumeMode.Stream)
        {
            Sink = delivery => Loop.AddCallback(() =>
            {
                consumer!.OnTaken(delivery);

                // What can no longer be settled comes again elsewhere.
                if (consumer.Options.NoAck || IsOpen)
                {
                    onMessage(delivery);
                }
            }),
            SinkEnded = error => Loop.AddCallback(() =>
            {
                if (_consumers.Remove(consumer!.ConsumerTag) && error is null)
                {
                    onCancelled?.Invoke();
                }
            }),
        };
        RpcCall call = _inner.ConsumeCall(consumer, out BasicConsume request);
        Call(
            request,
            call,
            reply =>
            {
                _consumers[consumer.ConsumerTag] = consumer;
                onOk?.Invoke(consumer.ConsumerTag);
            },
            onError);
    }

    /// <summary>Cancels a consumer (<c>basic.cancel</c>). Messages that have come are still handled. An unknown tag is
    /// ignored, and then neither callback is called.</summary>
    /// <param name="consumerTag">The tag.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void Cancel(string consumerTag, Action? onOk = null, Action<AmqpException>? onError = null)
    {
        if (_consumers.Remove(consumerTag, out AmqpConsumer? consumer) && consumer.BeginCancel())
        {
            Call(
                new BasicCancel { ConsumerTag = consumerTag },
                _inner.CancelCall(consumer),
                _ => onOk?.Invoke(),
                onError);
        }
    }

    /// <summary>Fetches one message (<c>basic.get</c>). Several may be asked for at once.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="onOk">Called with the message, or <see langword="null"/> when the queue is empty.</param>
    /// <param name="noAck">Whether the broker takes the message for settled at once.</param>
    /// <param name="onError">Called when it failed.</param>
    public void Get(
        string queue, Action<GetResult?> onOk, bool noAck = false, Action<AmqpException>? onError = null) => Call(
            new BasicGet { Queue = queue, NoAck = noAck },
            new RpcCall { IsNoAck = noAck },
            reply => onOk(reply as GetResult),
            onError);

    /// <summary>Settles a message: it was handled.</summary>
    /// <param name="deliveryTag">The message, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier ones are settled too; with tag 0, all.</param>
    public void Ack(ulong deliveryTag, bool multiple = false) =>
        _inner.AckAsync(deliveryTag, multiple).GetAwaiter().GetResult(); // it has ended: nothing is waited for

    /// <summary>Refuses a message (<c>basic.nack</c>).</summary>
    /// <param name="deliveryTag">The message, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier ones are refused too; with tag 0, all.</param>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    public void Nack(ulong deliveryTag, bool multiple = false, bool requeue = true) =>
        _inner.NackAsync(deliveryTag, multiple, requeue).GetAwaiter().GetResult();

    /// <summary>Refuses a message (<c>basic.reject</c>).</summary>
    /// <param name="deliveryTag">The message, on the channel that it came on.</param>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    public void Reject(ulong deliveryTag, bool requeue = true) =>
        _inner.RejectAsync(deliveryTag, requeue).GetAwaiter().GetResult();

    /// <summary>Asks the broker to send all unsettled messages of the channel again (<c>basic.recover</c>).</summary>
    /// <param name="requeue">Whether they may go to other consumers; RabbitMQ refuses false.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void Recover(bool requeue = true, Action? onOk = null, Action<AmqpException>? onError = null) =>
        Call<BasicRecoverOk>(new BasicRecover { Requeue = requeue }, _ => onOk?.Invoke(), onError);

    private readonly Dictionary<string, AmqpConsumer> _consumers = new(StringComparer.Ordinal);

    private void OnReturned(ReturnedMessage message) => Loop.AddCallback(() => _returned?.Invoke(message));
}
