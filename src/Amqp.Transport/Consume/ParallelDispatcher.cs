namespace Amqp.Transport.Consume;

/// <summary>Runs the handlers of one consumer beside each other, on the thread pool, up to a number.</summary>
internal sealed class ParallelDispatcher(int maxConcurrency) : IDispatcher, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<DispatchItem> _waiting = [];
    private readonly List<DispatchItem> _staged = [];
    private int _workers;
    private Action? _whenIdle;

    public bool Stage(in DispatchItem item)
    {
        _staged.Add(item);
        return _staged.Count == 1;
    }

    public void FlushStaged()
    {
        int start;
        lock (_gate)
        {
            foreach (DispatchItem item in _staged)
            {
                _waiting.Enqueue(item);
            }

            start = Math.Min(_waiting.Count, maxConcurrency - _workers);
            _workers += start;
        }

        _staged.Clear();
        for (int i = 0; i < start; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Runs an action once, after everything that was handed over so far and comes until then.
    /// Thread-safe.</summary>
    public void WhenIdle(Action action)
    {
        lock (_gate)
        {
            if (_workers > 0)
            {
                _whenIdle = action;
                return;
            }
        }

        action();
    }

    void IThreadPoolWorkItem.Execute() => _ = WorkAsync();

    private async Task WorkAsync()
    {
        while (TryTake(out DispatchItem item))
        {
            await item.Consumer!.RunAsync(item).ConfigureAwait(false);
        }
    }

    private bool TryTake(out DispatchItem item)
    {
        Action? whenIdle;
        lock (_gate)
        {
            if (_waiting.TryDequeue(out item))
            {
                return true;
            }

            whenIdle = --_workers == 0 ? _whenIdle : null;
        }

        whenIdle?.Invoke();
        return false;
    }
}
