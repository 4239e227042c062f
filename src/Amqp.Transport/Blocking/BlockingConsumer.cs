using System.Diagnostics.CodeAnalysis;

namespace Amqp.Transport.Blocking;

/// <summary>A consumer of a blocking channel: its messages wait here, for a handler or for a loop.</summary>
internal sealed class BlockingConsumer
{
    private readonly BlockingChannel _channel;
    private readonly Action<Delivery>? _handler;
    private readonly Func<bool> _dispatch;
    private readonly Lock _gate = new();
    private readonly Queue<Delivery> _waiting = new();
    private bool _isKnown;
    private bool _isEnded;
    private bool _isCancelled;

    /// <param name="channel">The channel.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="options">How to consume.</param>
    /// <param name="handler">Who gets the messages; null when a loop takes them.</param>
    public BlockingConsumer(
        BlockingChannel channel, string queue, ConsumeOptions? options, Action<Delivery>? handler)
    {
        _channel = channel;
        _handler = handler;
        _dispatch = Dispatch;
        Inner = new AmqpConsumer(channel.Inner, queue, options, Consume.ConsumeMode.Stream)
        {
            Sink = OnArrived,
            SinkEnded = OnEnded,
        };
    }

    public AmqpConsumer Inner { get; }

    public bool IsLoop => _handler is null;

    /// <summary>Whether its channel knows it no longer. Guarded by the channel.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether nothing more arrives.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    public bool TryTake([NotNullWhen(true)] out Delivery? delivery)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out delivery))
            {
                return false;
            }
        }

        Inner.OnTaken(delivery);
        return true;
    }

    /// <summary>Says that the broker need not tell of its end: the caller has asked for it.</summary>
    /// <returns>Whether it runs.</returns>
    public bool BeginCancel()
    {
        Volatile.Write(ref _isCancelled, true);
        return Inner.BeginCancel();
    }

    // On the reader.
    private void OnArrived(Delivery delivery)
    {
        if (!_isKnown)
        {
            _isKnown = true; // a handler on another thread may cancel before the start of the consumer has returned
            _channel.Remember(this);
        }

        lock (_gate)
        {
            _waiting.Enqueue(delivery);
        }

        if (_handler is null)
        {
            _channel.Connection.Pump.Pulse();
        }
        else
        {
            _channel.Connection.Enqueue(_dispatch);
        }
    }

    // Behind the last message, so a handler gets that one before the consumer is gone. With an error the channel has
    // ended, which is told of by the channel.
    private void OnEnded(Exception? error)
    {
        if (_handler is null)
        {
            Volatile.Write(ref _isEnded, true);
            _channel.Connection.Pump.Pulse();
        }

        if (error is null)
        {
            bool byBroker = !Volatile.Read(ref _isCancelled);
            _channel.Connection.Enqueue(() =>
            {
                Volatile.Write(ref _isEnded, true);
                return _channel.OnConsumerEnded(this, byBroker);
            });
        }
    }

    private bool Dispatch()
    {
        // What can no longer be settled comes again elsewhere: handling it here would only do the work twice.
        if (!TryTake(out Delivery? delivery) || (!Inner.Options.NoAck && !_channel.IsOpen))
        {
            return false;
        }

        if (!_channel.Connection.HasOwnThread)
        {
            _handler!(delivery);
            return true;
        }

        try
        {
            _handler!(delivery);
        }
        catch (Exception error)
        {
            Inner.OnHandlerFailed(error, delivery.DeliveryTag, delivery.IsSettled);
        }

        return true;
    }
}
