using System.Runtime.CompilerServices;
using Amqp.Engine.Spec;

namespace Amqp.Transport;

// Publishing (AMQP 0-9-1 section 1.8.3.7), and publisher confirms.
public sealed partial class BlockingChannel
{
    /// <summary>Raised, where callbacks run, for each message that the broker could not route, in order. On a
    /// confirming channel <see cref="Publish"/> throws besides.</summary>
    public event Action<ReturnedMessage>? Returned
    {
        add
        {
            lock (_gate)
            {
                if (_returned is null)
                {
                    _inner.Returned += OnReturned;
                }

                _returned += value;
            }
        }

        remove
        {
            lock (_gate)
            {
                _returned -= value;
                if (_returned is null)
                {
                    _inner.Returned -= OnReturned;
                }
            }
        }
    }

    private Action<ReturnedMessage>? _returned;

    /// <summary>The number that the next publish gets on a confirming channel, counted from 1; 0 on any other
    /// channel.</summary>
    public ulong NextPublishSequenceNumber => _inner.NextPublishSequenceNumber;

    /// <summary>What was not settled when the channel closed for good, see
    /// <see cref="AmqpChannel.Unsettled"/>.</summary>
    public IReadOnlyList<UnsettledPublish> Unsettled => _inner.Unsettled;

    /// <summary>Puts the channel into confirm mode (<c>confirm.select</c>): from then on <see cref="Publish"/> waits
    /// for the confirm.</summary>
    /// <param name="timeout">The longest wait.</param>
    public void ConfirmSelect(TimeSpan? timeout = null) => Call(new ConfirmSelect(), _inner.ConfirmCall(), timeout);

    /// <summary>Publishes a message. On a confirming channel it returns when the broker has confirmed it; on any other
    /// when the message was taken into the bounded output, which is sent at once.</summary>
    /// <param name="exchange">The exchange; empty for the default one. At most 255 bytes of UTF-8.</param>
    /// <param name="routingKey">The routing key, at most 255 bytes of UTF-8.</param>
    /// <param name="body">The body.</param>
    /// <param name="properties">The properties; <see langword="null"/> for none.</param>
    /// <param name="mandatory">Whether the broker gives the message back when it reaches no queue.</param>
    /// <param name="timeout">The longest wait, for room and for the confirm together.</param>
    /// <exception cref="PublishNackedException">The broker refused the message.</exception>
    /// <exception cref="PublishReturnedException">The message was mandatory and reached no queue; on a confirming
    /// channel.</exception>
    /// <exception cref="PublishBlockedException">The broker blocks publishing, and the options say not to
    /// wait.</exception>
    /// <exception cref="AmqpTimeoutException">There was no room, and nothing was sent; or no confirm came, and it is
    /// not known what became of the message.</exception>
    /// <exception cref="AmqpMisuseException">The message cannot be sent; nothing was.</exception>
    public void Publish(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null,
        bool mandatory = false,
        TimeSpan? timeout = null)
    {
        using var giveUp = new CancellationTokenSource();
        ValueTask publish = _inner.PublishAsync(exchange, routingKey, body, properties, mandatory, giveUp.Token);
        try
        {
            Wait(publish.ConfigureAwait(false).GetAwaiter(), timeout, giveUp);
        }
        catch (AmqpChannelClosedException)
        {
            Volatile.Write(ref _wasToldOfEnd, 1);
            throw;
        }
    }

    // The confirm comes on the thread that reads, which only wakes this one.
    private void Wait(
        ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter publish,
        TimeSpan? timeout,
        CancellationTokenSource giveUp)
    {
        if (publish.IsCompleted)
        {
            publish.GetResult();
            return;
        }

        bool isDone = false;
        publish.UnsafeOnCompleted(() =>
        {
            Volatile.Write(ref isDone, true);
            _connection.Pump.Pulse();
        });
        TimeSpan limit = timeout ?? _connection.Connection.Options.RequestTimeout;
        if (_connection.WaitUntil(() => Volatile.Read(ref isDone), limit))
        {
            publish.GetResult();
            return;
        }

        giveUp.Cancel();
        _connection.Pump.Wait(() => Volatile.Read(ref isDone), Timeout.InfiniteTimeSpan); // at once, in either way
        try
        {
            publish.GetResult();
        }
        catch (OperationCanceledException error)
        {
            throw new AmqpTimeoutException($"A publish was not taken, or not confirmed, within {limit}.", error);
        }
    }

    private void OnReturned(ReturnedMessage message) =>
        _connection.EnqueueBounded(() => _returned?.Invoke(message), message.Body.Length);
}
