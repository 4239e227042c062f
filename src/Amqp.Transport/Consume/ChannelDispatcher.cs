using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Consume;

/// <summary>Runs a channel's handlers and callbacks one after the other, on the pool. It occupies a worker only while
/// there is something to run.</summary>
internal sealed class ChannelDispatcher(ILogger logger) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<DispatchItem> _incoming = [];
    private List<DispatchItem> _running = [];
    private bool _isActive;

    /// <summary>Adds work. Thread-safe; runs nothing itself.</summary>
    public void Enqueue(in DispatchItem item)
    {
        lock (_gate)
        {
            _incoming.Add(item);
            if (_isActive)
            {
                return;
            }

            _isActive = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        while (TakeBatch())
        {
            for (int i = 0; i < _running.Count; i++)
            {
                DispatchItem item = _running[i];
                if (item.Consumer is { } consumer)
                {
                    await consumer.RunAsync(item).ConfigureAwait(false);
                }
                else
                {
                    RunCallback((Action)item.Payload!);
                }
            }

            _running.Clear();
        }
    }

    private bool TakeBatch()
    {
        lock (_gate)
        {
            if (_incoming.Count == 0)
            {
                _isActive = false;
                return false;
            }

            (_incoming, _running) = (_running, _incoming);
            return true;
        }
    }

    private void RunCallback(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception error)
        {
            Log.CallbackFailed(logger, error);
        }
    }
}
