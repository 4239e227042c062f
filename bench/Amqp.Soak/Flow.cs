using System.Buffers.Binary;
using Amqp.Transport;

namespace Amqp.Soak;

/// <summary>A queue with a channel that publishes and a channel that consumes.</summary>
internal sealed partial class Flow
{
    private const int Window = 200;

    private readonly int _number;
    private readonly AmqpChannel _publisher;
    private readonly AmqpChannel _consumer;
    private readonly Ledger _ledger = new();
    private readonly SemaphoreSlim _credit = new(Window);
    private AmqpConsumer? _running;
    private Task _reading = Task.CompletedTask;
    private readonly CancellationTokenSource _stopReading = new();
    private long _next;
    private long _redelivered;
    private long _returned;

    private Flow(int number, AmqpChannel publisher, AmqpChannel consumer)
    {
        _number = number;
        _publisher = publisher;
        _consumer = consumer;
    }

    public FlowKind Kind => (FlowKind)(_number % 6);

    public long Sent => _ledger.Sent;

    public long Received => _ledger.Received;

    public long Lost => _ledger.Open;

    public long Unexpected => _ledger.Unexpected;

    public long Redelivered => Interlocked.Read(ref _redelivered);

    public long Returned => Interlocked.Read(ref _returned);

    private string Queue => $"amqp-sim.soak.{Environment.ProcessId}.{_number}";

    private int Size => Kind switch
    {
        FlowKind.OneByOne => 16,
        FlowKind.Pipelined => 1024,
        FlowKind.Batches => 4096,
        FlowKind.Transactions => 256,
        FlowKind.Large => 64 * 1024,
        _ => 128,
    };

    /// <summary>Declares the queue and starts the consumer.</summary>
    public static async Task<Flow> OpenAsync(
        int number, AmqpConnection publishing, AmqpConnection consuming, CancellationToken stop)
    {
        var flow = new Flow(
            number,
            await publishing.OpenChannelAsync(
                new AmqpChannelOptions { PublisherConfirms = (FlowKind)(number % 6) != FlowKind.Transactions }, stop),
            await consuming.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 100 }, stop));
        await flow._publisher.DeclareQueueAsync(flow.Queue, durable: true, cancellationToken: stop);
        if (flow.Kind == FlowKind.Transactions)
        {
            await flow._publisher.TxSelectAsync(stop);
        }

        await flow.StartConsumerAsync(stop);
        return flow;
    }

    /// <summary>Publishes until the token ends it; what was begun is finished.</summary>
    public async Task PublishUntilAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await PublishRoundAsync(end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Waits until all that was sent has come.</summary>
    public async Task DrainAsync(CancellationToken limit)
    {
        try
        {
            await _ledger.WhenEmpty().WaitAsync(limit);
        }
        catch (OperationCanceledException)
        {
            // What has not come by now is lost, and the account says so.
        }
    }

    public async Task CloseAsync()
    {
        await _stopReading.CancelAsync();
        await _reading;
        if (_running is not null)
        {
            await _running.DisposeAsync();
        }

        await _publisher.DeleteQueueAsync(Queue);
        await _publisher.DisposeAsync();
        await _consumer.DisposeAsync();
        _stopReading.Dispose();
        _credit.Dispose();
    }

    private async Task PublishRoundAsync(CancellationToken end)
    {
        switch (Kind)
        {
            case FlowKind.OneByOne:
            case FlowKind.Polled:
                await _credit.WaitAsync(end);
                await PublishOneAsync(Queue, mandatory: false);
                break;
            case FlowKind.Pipelined:
                await TakeCreditAsync(50, end);
                await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PublishOneAsync(Queue, mandatory: false)));
                break;
            case FlowKind.Batches:
                await TakeCreditAsync(50, end);
                await _publisher.PublishBatchAsync(
                    [.. Enumerable.Range(0, 50).Select(i => new OutgoingMessage("", Queue, Next(out _)))]);
                break;
            case FlowKind.Transactions:
                await TakeCreditAsync(10, end);
                for (int i = 0; i < 10; i++)
                {
                    await _publisher.PublishAsync("", Queue, Next(out _));
                }

                await _publisher.TxCommitAsync();
                break;
            default:
                await _credit.WaitAsync(end);
                await PublishOneAsync(_next % 10 == 9 ? Queue + ".nowhere" : Queue, mandatory: true);
                break;
        }
    }

    private async Task TakeCreditAsync(int count, CancellationToken end)
    {
        for (int i = 0; i < count; i++)
        {
            try
            {
                await _credit.WaitAsync(end);
            }
            catch (OperationCanceledException)
            {
                if (i > 0)
                {
                    _credit.Release(i);
                }

                throw;
            }
        }
    }

    private async Task PublishOneAsync(string key, bool mandatory)
    {
        byte[] body = Next(out long id);
        try
        {
            await _publisher.PublishAsync("", key, body, mandatory: mandatory);
        }
        catch (PublishReturnedException)
        {
            Interlocked.Increment(ref _returned);
            _ledger.GiveUp(id);
            _credit.Release();
        }
    }

    private byte[] Next(out long id)
    {
        byte[] body = new byte[Size];
        id = Interlocked.Increment(ref _next);
        BinaryPrimitives.WriteInt64LittleEndian(body, id);
        _ledger.Begin(id);
        return body;
    }

    private static long IdOf(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadInt64LittleEndian(body);

    private void Done(long id)
    {
        _ledger.End(id);
        _credit.Release();
    }
}
