#pragma warning disable RS0030 // Paces by a sleeping thread, so that the pace costs next to nothing.

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
    /// <remarks>From a thread that sleeps: a timer's wake-ups of the thread pool would cost more than the
    /// messages.</remarks>
    public async Task<long> RunAsync(Func<ValueTask> publish)
    {
        var published = Task.Factory.StartNew(
            () => Publish(publish),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await await Task.WhenAny(published, _over.Task); // what came wrong ends the run at once
        await _over.Task;
        return await published;
    }

    private long Publish(Func<ValueTask> publish)
    {
        var start = meter.Now;
        var phase = Phase.Running;
        while (phase != Phase.Done)
        {
            Thread.Sleep(1);
            for (; _published < TimeProvider.System.GetElapsedTime(start).TotalMilliseconds; _published++)
            {
                _sent.Enqueue(meter.Now);
                var publishing = publish();
                if (publishing.IsCompletedSuccessfully)
                {
                    publishing.GetAwaiter().GetResult();
                }
                else
                {
                    publishing.AsTask().Wait();
                }
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
