using Amqp.Transport;

namespace Amqp.Soak;

// How each kind of flow takes its messages.
internal sealed partial class Flow
{
    private ulong _lastTag;

    private async Task StartConsumerAsync(CancellationToken stop)
    {
        switch (Kind)
        {
            case FlowKind.OneByOne:
                _running = await _consumer.SubscribeAsync(Queue, AcknowledgeAsync, cancellationToken: stop);
                break;
            case FlowKind.Pipelined:
                _running = await _consumer.SubscribeBorrowedAsync(Queue, InGroupsAsync, cancellationToken: stop);
                break;
            case FlowKind.Batches:
                _running = await _consumer.SubscribeAsync(
                    Queue, AcknowledgeAsync, new ConsumeOptions { MaxConcurrency = 4 }, stop);
                break;
            case FlowKind.Transactions:
                _running = await _consumer.SubscribeAsync(Queue, GiveBackOnceAsync, cancellationToken: stop);
                break;
            case FlowKind.Large:
                _reading = ReadAsync();
                break;
            default:
                _reading = PollAsync();
                break;
        }
    }

    private async ValueTask AcknowledgeAsync(Delivery delivery, CancellationToken stop)
    {
        await delivery.AckAsync(cancellationToken: stop);
        Done(IdOf(delivery.Body.Span));
    }

    // Ten at a time; when the queue runs dry the rest is acknowledged one by one, so that nothing stays.
    private async ValueTask InGroupsAsync(BorrowedDelivery delivery, CancellationToken stop)
    {
        bool isLast = delivery.DeliveryTag - _lastTag >= 10 || _running is null or { BufferedCount: <= 1 };
        if (isLast)
        {
            _lastTag = delivery.DeliveryTag;
            await delivery.AckAsync(multiple: true, cancellationToken: stop);
        }

        Done(IdOf(delivery.Body.Span));
    }

    private async ValueTask GiveBackOnceAsync(Delivery delivery, CancellationToken stop)
    {
        long id = IdOf(delivery.Body.Span);
        if (id % 10 == 0 && !delivery.Redelivered)
        {
            Interlocked.Increment(ref _redelivered);
            await delivery.NackAsync(requeue: true, cancellationToken: stop);
            return;
        }

        await delivery.AckAsync(cancellationToken: stop);
        Done(id);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (Delivery delivery in _consumer.ConsumeAsync(
                Queue, cancellationToken: _stopReading.Token))
            {
                await AcknowledgeAsync(delivery, CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    private async Task PollAsync()
    {
        while (!_stopReading.IsCancellationRequested)
        {
            if (await _consumer.GetAsync(Queue) is { } got)
            {
                await AcknowledgeAsync(got.Message, CancellationToken.None);
            }
        }
    }
}
