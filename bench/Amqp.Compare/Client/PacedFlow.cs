using System.Collections.Concurrent;

namespace Amqp.Compare.Client;

/// <summary>W6's clock, count and times: a message each millisecond, whatever became of those before it.</summary>
internal sealed class PacedFlow(ClientArguments arguments, Meter meter)
{
    private readonly ConcurrentQueue<long> _sent = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _published;
    private long _received;
    private long _last = long.MaxValue;

    /// <summary>Publishes until the measured window is over and everything has come back; returns how many that
    /// were.</summary>
    public async Task<long> RunAsync(Func<ValueTask> publish)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var start = meter.Now;
        var phase = Phase.Running;
        while (phase != Phase.Done)
        {
            await tick.WaitForNextTickAsync();
            for (; _published < TimeProvider.System.GetElapsedTime(start).TotalMilliseconds; _published++)
            {
                _sent.Enqueue(meter.Now);
                await publish();
            }

            phase = meter.Look(_published);
            if (phase == Phase.WarmedUp)
            {
                meter.Begin(_published);
            }
        }

        meter.End(_published);
        Volatile.Write(ref _last, _published);
        if (Volatile.Read(ref _received) == _published)
        {
            _over.TrySetResult();
        }

        await _over.Task;
        return _published;
    }

    /// <summary>Notes that a message came; call it before the message is acknowledged.</summary>
    public void Return(ReadOnlySpan<byte> body)
    {
        if (body.Length != arguments.Body || !TestBody.Matches(body, 0) || !_sent.TryDequeue(out var sent))
        {
            _over.TrySetException(new InvalidDataException("A delivered message is not one that was sent."));
            return;
        }

        meter.Sample(sent);
    }

    /// <summary>Notes that a message was acknowledged.</summary>
    public void Acked()
    {
        if (Interlocked.Increment(ref _received) == Volatile.Read(ref _last))
        {
            _over.TrySetResult();
        }
    }
}
