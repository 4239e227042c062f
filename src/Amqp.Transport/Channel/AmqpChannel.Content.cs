using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// Content that arrives: a header event, then body events, one content at a time on a channel. The gate is held
// throughout.
public sealed partial class AmqpChannel
{
    // A body up to this length gets its memory in one piece, with its first byte.
    private const int EagerBodySize = 256 * 1024;

    private Content _content;
    private ReturnedMessage? _lastReturned;

    internal void OnDelivery(in AmqpEvent e, CompletionBatch batch)
    {
        StartContent(in e, ContentKind.Delivery);
        string tag = e.ConsumerTag;
        AmqpConsumer? consumer = _lastConsumer;
        if (consumer is null || !ReferenceEquals(consumer.CachedTag, tag))
        {
            if (_consumers.TryGetValue(tag, out consumer))
            {
                consumer.CachedTag = tag; // the engine gives the same string each time
            }

            _lastConsumer = consumer;
        }

        _content.Consumer = consumer;
        EndWhenEmpty(batch);
    }

    internal void OnGetOk(in AmqpEvent e, RpcCall? call, CompletionBatch batch)
    {
        StartContent(in e, ContentKind.Get);
        _content.Call = call;
        _content.MessageCount = e.MessageCount;
        EndWhenEmpty(batch);
    }

    internal void OnReturn(in AmqpEvent e, CompletionBatch batch)
    {
        StartContent(in e, ContentKind.Return);
        _content.ReplyCode = e.ReplyCode;
        _content.ReplyText = e.Text;
        EndWhenEmpty(batch);
    }

    internal void OnBody(in AmqpEvent e, CompletionBatch batch)
    {
        BodyView chunk = e.Body;
        ConsumeMode mode = _content.Consumer?.Mode ?? ConsumeMode.Discard;
        if (_content.Kind == ContentKind.Delivery && mode == ConsumeMode.Discard)
        {
            _content.Filled += chunk.Length;
        }
        else if (mode == ConsumeMode.Inline && _content.Filled == 0 && e.IsLastBody
            && chunk.TryGetSpan(out ReadOnlySpan<byte> span)
            && _pump.TryFindInInput(span, out ReadOnlyMemory<byte> slice))
        {
            _content.Slice = slice;
            _content.Filled = chunk.Length;
        }
        else
        {
            if (_content.Buffer is not { } buffer || _content.Capacity < _content.Filled + chunk.Length)
            {
                buffer = GrowBuffer(mode, _content.Filled + chunk.Length);
            }

            chunk.CopyTo(buffer.AsSpan(_content.Offset + _content.Filled));
            _content.Filled += chunk.Length;
        }

        if (e.IsLastBody)
        {
            EndContent(batch);
        }
    }

    private void StartContent(in AmqpEvent e, ContentKind kind)
    {
        _content = default;
        _content.Kind = kind;
        if (kind != ContentKind.Return)
        {
            _lastTag = e.DeliveryTag;
            _content.DeliveryTag = e.DeliveryTag + _tagOffset;
        }

        _content.Redelivered = e.Redelivered;
        _content.Exchange = e.Exchange;
        _content.RoutingKey = e.RoutingKey;
        _content.Properties = e.Properties;
        _content.Size = (int)e.BodySize; // MaxBodySize was checked by the engine, and is at most Array.MaxLength
    }

    // Memory follows what has come, not what was announced: a header alone must not cost the largest body.
    private byte[] GrowBuffer(ConsumeMode mode, int needed)
    {
        int length = Math.Min(_content.Size, Math.Max(EagerBodySize, (int)Math.Min(2L * needed, Array.MaxLength)));
        bool isLent = _content.Kind == ContentKind.Delivery && mode is ConsumeMode.Borrowed or ConsumeMode.Inline;
        int offset = 0;
        BodySlab? slab = isLent ? _pump.Bodies.Rent(length, out offset) : null;
        byte[] grown = slab?.Array ?? GC.AllocateUninitializedArray<byte>(length);
        if (_content.Buffer is { } old)
        {
            old.AsSpan(_content.Offset, _content.Filled).CopyTo(grown.AsSpan(offset));
            ReturnBody();
        }

        _content.Buffer = grown;
        _content.Slab = slab;
        _content.Offset = offset;
        _content.Capacity = length;
        return grown;
    }

    private void EndWhenEmpty(CompletionBatch batch)
    {
        if (_content.Size == 0)
        {
            EndContent(batch);
        }
    }

    private void EndContent(CompletionBatch batch)
    {
        switch (_content.Kind)
        {
            case ContentKind.Delivery when _content.Consumer is { Mode: not ConsumeMode.Discard } consumer:
                consumer.Offer(ref _content, batch);
                break;
            case ContentKind.Delivery when _content.Consumer is { Options.NoAck: false }:
                SettleInside(Settlement.Nack, _content.DeliveryTag, multiple: false, requeue: true);
                break;
            case ContentKind.Delivery when _content.Consumer is null:
                PutBackUnknown(batch);
                break;
            case ContentKind.Get:
                EndGet(batch);
                break;
            case ContentKind.Return:
                EndReturn();
                break;
        }

        _content = default;
    }

    // A broker that answers and cancels in order sends none of these. Kept unsettled it would be lost to everybody
    // until the channel closes.
    private void PutBackUnknown(CompletionBatch batch)
    {
        ulong tag = _content.DeliveryTag;
        SettleInside(Settlement.Nack, tag, multiple: false, requeue: true);
        batch.Defer(() => Log.DeliveryToNobody(_connection.Logger, Number, tag));
    }

    private void EndGet(CompletionBatch batch)
    {
        if (_content.Call is not { } call)
        {
            return;
        }

        if (call.IsAbandoned)
        {
            if (!call.IsNoAck)
            {
                SettleInside(Settlement.Nack, _content.DeliveryTag, multiple: false, requeue: true);
            }

            return;
        }

        call.OnResult(new GetResult(Delivery.Fetched(this, in _content), _content.MessageCount), batch);
    }

    private void EndReturn()
    {
        var message = new ReturnedMessage(
            _content.ReplyCode,
            _content.ReplyText,
            _content.Exchange,
            _content.RoutingKey,
            _content.Properties,
            _content.Buffer ?? ReadOnlyMemory<byte>.Empty);
        _lastReturned = message;
        if (Returned is not null)
        {
            // Apart from the consumers' dispatcher: a handler that awaits its publishes must not wait behind itself.
            _callbacks ??= new CallbackQueue(_pump, new ChannelDispatcher(_pump, _connection.Logger));
            _callbacks.Enqueue(() => Returned?.Invoke(message), message.Body.Length);
        }
    }

    private void ReturnBody()
    {
        if (_content.Slab is { } slab)
        {
            _pump.Bodies.Return(slab);
        }
    }

    // The channel ended in the middle of a body.
    private void DropContent(SessionEnd reason, CompletionBatch batch)
    {
        if (_content.Call is { } call)
        {
            batch.Add(call, ToException(reason));
        }

        ReturnBody();
        _content = default;
    }
}
