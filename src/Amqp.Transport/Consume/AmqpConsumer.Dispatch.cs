using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// How messages come to the handler, and what bounds those that wait.
public sealed partial class AmqpConsumer
{
    // One counter for each side, so that neither waits for the other's cache line.
    private long _offered;
    private long _handled;
    private long _heldBytes;
    private long _failures;
    private bool _isFull;
    private int _releaseAt;
    private bool _isCancelling;
    private bool _dropsMessages;

    /// <summary>Takes a message that has arrived. The gate is held.</summary>
    internal void Offer(ref Content content, CompletionBatch batch)
    {
        if (Mode == ConsumeMode.Inline)
        {
            ReadOnlyMemory<byte> body = content.Slab is { } slab
                ? slab.Array.AsMemory(content.Offset, content.Size)
                : content.Slice;
            batch.Add(new InlineItem(
                this,
                content.DeliveryTag,
                content.Redelivered,
                content.Exchange,
                content.RoutingKey,
                content.Properties,
                body,
                content.Slab));
            return;
        }

        if (_dropsMessages)
        {
            if (!Options.NoAck)
            {
                Channel.PutBack(content.DeliveryTag);
            }

            return;
        }

        Volatile.Write(ref _offered, _offered + 1);
        bool isUnbounded = Channel.IsUnbounded(this);
        if (isUnbounded && !_isCancelling)
        {
            Interlocked.Add(ref _heldBytes, content.Size);
            Channel.Pump.AddBuffered(content.Size);
        }

        if (!_isFull && !_isCancelling && BufferedCount >= Bound(isUnbounded))
        {
            _releaseAt = Bound(isUnbounded) / 2;
            Interlocked.Exchange(ref _isFull, true); // a fence: the handlers' count is read next
            Channel.CountFull(1);
            ReleaseWhenDrained(); // the handlers may have emptied it while this was decided
        }

        switch (Mode)
        {
            case ConsumeMode.Stream:
                batch.Add(this, Delivery.For(this, in content));
                break;
            case ConsumeMode.Owned:
                Channel.Stage(_dispatcher, DispatchItem.ForOwned(this, Delivery.For(this, in content)));
                break;
            default:
                Channel.Stage(_dispatcher, DispatchItem.ForBorrowed(this, in content));
                break;
        }
    }

    /// <summary>Handles a message on the dispatcher.</summary>
    internal ValueTask RunAsync(DispatchItem item) =>
        Mode == ConsumeMode.Owned ? RunOwnedAsync((Delivery)item.Payload!) : RunBorrowedAsync(item);

    /// <summary>Handles a message on the reader.</summary>
    internal void RunInline(in InlineItem item)
    {
        bool settled = false;
        try
        {
            if (_stopError is not null)
            {
                PutBack(item.DeliveryTag);
            }
            else if (!IsPointless(item.DeliveryTag))
            {
                Inline!(new InlineDelivery(in item, ref settled));
            }
        }
        catch (Exception error)
        {
            OnHandlerFailed(error, item.DeliveryTag, settled);
        }
        finally
        {
            if (item.Slab is { } slab)
            {
                Channel.Pump.Bodies.Return(slab);
            }
        }
    }

    private async ValueTask RunOwnedAsync(Delivery delivery)
    {
        try
        {
            if (_stopError is not null)
            {
                PutBack(delivery.DeliveryTag);
            }
            else if (!IsPointless(delivery.DeliveryTag))
            {
                await Owned!(delivery, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The channel has closed, and the message with it.
        }
        catch (Exception error)
        {
            OnHandlerFailed(error, delivery.DeliveryTag, delivery.IsSettled);
        }
        finally
        {
            OnHandled(delivery.Body.Length);
        }
    }

    private async ValueTask RunBorrowedAsync(DispatchItem item)
    {
        BorrowedLease lease = RentLease();
        BorrowedDelivery delivery = lease.Open(in item);
        try
        {
            if (_stopError is not null)
            {
                PutBack(item.DeliveryTag);
            }
            else if (!IsPointless(item.DeliveryTag))
            {
                await Borrowed!(delivery, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The channel has closed, and the message with it.
        }
        catch (Exception error)
        {
            OnHandlerFailed(error, item.DeliveryTag, lease.IsSettled);
        }
        finally
        {
            lease.Close();
            ReturnLease(lease);
            OnHandled(item.Length);
        }
    }

    // One lease serves a consumer that gets its messages one by one.
    private BorrowedLease RentLease() =>
        _parallel is null || !_leases.TryPop(out BorrowedLease? lease) ? _lease ?? new BorrowedLease(this) : lease;

    private void ReturnLease(BorrowedLease lease)
    {
        if (_parallel is not null)
        {
            _leases.Push(lease);
        }
    }

    // A message that can no longer be settled comes again elsewhere: handling it here would only do the work twice.
    private bool IsPointless(ulong deliveryTag) =>
        !Options.NoAck && (_stopping.IsCancellationRequested || Channel.IsStale(deliveryTag));

    private void OnHandled(int bytes)
    {
        ReleaseHeld(bytes);
        Interlocked.Increment(ref _handled); // a fence: whether the buffer counts as full is read next
        if (Volatile.Read(ref _isFull) && BufferedCount <= _releaseAt)
        {
            lock (Channel.Gate)
            {
                ReleaseWhenDrained();
            }
        }
    }

    // With a prefetch the broker bounds what waits; one that ignores it must not fill the memory. Each handler may have
    // settled the message that it still works on.
    private int Bound(bool isUnbounded) =>
        isUnbounded
            ? Options.BufferSize
            : Channel.PrefetchOf(this) + Math.Min(Options.MaxConcurrency, ushort.MaxValue) + 1;

    // What is counted ends once: with the message, or with the consumer.
    private void ReleaseHeld(int bytes)
    {
        long held = Volatile.Read(ref _heldBytes);
        while (held > 0)
        {
            int released = (int)Math.Min(held, bytes);
            long seen = Interlocked.CompareExchange(ref _heldBytes, held - released, held);
            if (seen == held)
            {
                Channel.Pump.ReleaseBuffered(released);
                return;
            }

            held = seen;
        }
    }

    private void PutBack(ulong deliveryTag)
    {
        if (!Options.NoAck)
        {
            Channel.Settle(Settlement.Nack, deliveryTag, multiple: false, requeue: true);
        }
    }

    private void ReleaseWhenDrained()
    {
        if (BufferedCount <= _releaseAt)
        {
            ReleaseFull();
        }
    }

    private void ReleaseFull()
    {
        if (_isFull)
        {
            Volatile.Write(ref _isFull, false);
            Channel.CountFull(-1);
        }
    }

    internal void OnHandlerFailed(Exception error, ulong deliveryTag, bool settled)
    {
        if (error is AmqpStaleDeliveryException && Channel.IsStale(deliveryTag))
        {
            Log.DeliveryStale(Channel.Owner.Logger, ConsumerTag, deliveryTag); // no fault of the handler's
            return;
        }

        Interlocked.Increment(ref _failures);
        Log.HandlerFailed(Channel.Owner.Logger, ConsumerTag, deliveryTag, Options.OnHandlerError, error);
        if (!Options.NoAck && !settled)
        {
            bool requeue = Options.OnHandlerError != HandlerErrorPolicy.NackDrop;
            Channel.Settle(Settlement.Nack, deliveryTag, multiple: false, requeue);
        }

        if (Options.OnHandlerError == HandlerErrorPolicy.StopConsumer)
        {
            _stopError ??= error;
            StopBounding(drop: true);
            _ = DisposeAsync().AsTask();
        }
    }
}
