namespace Amqp.Compare.Client;

/// <summary>W7: as many loops as there are connections, each of which publishes and awaits the confirm.</summary>
internal sealed class Crowd(Meter meter)
{
    private readonly Lock _gate = new();
    private long _count;
    private bool _isOver;

    /// <summary>Runs all loops to the end of the measured window; returns how many messages were published.</summary>
    public async Task<long> RunAsync(IEnumerable<Func<ValueTask>> publishers)
    {
        await Task.WhenAll(publishers.Select(LoopAsync));
        return _count;
    }

    private async Task LoopAsync(Func<ValueTask> publish)
    {
        await Task.Yield();
        while (!Volatile.Read(ref _isOver))
        {
            await publish();
            var count = Interlocked.Increment(ref _count);
            if ((count & 63) == 0)
            {
                Look(count);
            }
        }
    }

    private void Look(long count)
    {
        lock (_gate)
        {
            switch (_isOver ? Phase.Running : meter.Look(count))
            {
                case Phase.WarmedUp:
                    meter.Begin(Volatile.Read(ref _count));
                    break;
                case Phase.Done:
                    meter.End(Volatile.Read(ref _count));
                    Volatile.Write(ref _isOver, true);
                    break;
            }
        }
    }
}
