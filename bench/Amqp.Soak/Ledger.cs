namespace Amqp.Soak;

/// <summary>The account of one flow's messages: what was sent and has not come yet. Thread-safe.</summary>
internal sealed class Ledger
{
    private readonly HashSet<long> _open = [];
    private long _sent;
    private long _received;
    private long _unexpected;
    private TaskCompletionSource? _empty;

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    /// <summary>What came and was not open: never sent, or acknowledged before.</summary>
    public long Unexpected => Interlocked.Read(ref _unexpected);

    public int Open
    {
        get
        {
            lock (_open)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>A message is about to be sent.</summary>
    public void Begin(long id)
    {
        lock (_open)
        {
            _open.Add(id);
            _sent++;
        }
    }

    /// <summary>A message was refused or returned: it will not come.</summary>
    public void GiveUp(long id)
    {
        lock (_open)
        {
            _open.Remove(id);
            _sent--;
            EndWhenEmpty();
        }
    }

    /// <summary>A message came and is acknowledged.</summary>
    public void End(long id)
    {
        lock (_open)
        {
            if (_open.Remove(id))
            {
                _received++;
            }
            else
            {
                _unexpected++;
            }

            EndWhenEmpty();
        }
    }

    /// <summary>Ends when everything that was sent has come.</summary>
    public Task WhenEmpty()
    {
        lock (_open)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            EndWhenEmpty();
            return _empty.Task;
        }
    }

    private void EndWhenEmpty()
    {
        if (_open.Count == 0)
        {
            _empty?.TrySetResult();
        }
    }
}
