using Amqp.Transport.Drive;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Consume;

/// <summary>Runs a channel's handlers and callbacks one after the other, where the driver says. It occupies a thread
/// only while there is something to run.</summary>
internal sealed class ChannelDispatcher(SessionPump pump, ILogger logger) : IDispatcher, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<DispatchItem> _incoming = [];
    private List<DispatchItem> _running = [];
    private List<DispatchItem> _staged = [];
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

        pump.Driver.Schedule(this);
    }

    public bool Stage(in DispatchItem item)
    {
        _staged.Add(item);
        return _staged.Count == 1;
    }

    public void FlushStaged()
    {
        bool start;
        lock (_gate)
        {
            if (_incoming.Count == 0)
            {
                (_incoming, _staged) = (_staged, _incoming);
            }
            else
            {
                _incoming.AddRange(_staged);
            }

            start = !_isActive;
            _isActive = true;
        }

        _staged.Clear();
        if (start)
        {
            pump.Driver.Schedule(this);
        }
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
