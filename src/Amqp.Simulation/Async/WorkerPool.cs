namespace Amqp.Simulation.Async;

/// <summary>The thread pool's limits.</summary>
internal static class WorkerPool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static (int Workers, int Ports) s_min;
    private static (int Workers, int Ports) s_max;

    /// <summary>Restricts the pool to one worker and proves that a queued item still gets its turn.</summary>
    /// <exception cref="InvalidOperationException">It did not work; the pool is as it was.</exception>
    public static void Restrict(Func<string, string> explain)
    {
        ThreadPool.GetMinThreads(out s_min.Workers, out s_min.Ports);
        ThreadPool.GetMaxThreads(out s_max.Workers, out s_max.Ports);
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(1, 1))
        {
            Release();
            throw new InvalidOperationException(explain("the runtime refused to set it"));
        }

        // On the pool's own thread waiting would prove nothing: that the caller runs there is the proof.
        if (!WorkerThread.IsOfPool && !Probe())
        {
            Release();
            throw new InvalidOperationException(explain(
                $"an item that was queued did not run within {s_patience.TotalSeconds:0} s, because others block it"));
        }
    }

    public static void Release()
    {
        if (s_max.Workers > 0)
        {
            ThreadPool.SetMaxThreads(s_max.Workers, s_max.Ports);
            ThreadPool.SetMinThreads(s_min.Workers, s_min.Ports);
        }
    }

    /// <summary>Waits until the items that are queued now have begun to run.</summary>
    public static bool Probe()
    {
        var ran = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Set(), ran, preferLocal: false);
        return ran.Wait(s_patience);
    }
}
