namespace Amqp.Engine.Recovery;

/// <summary>
/// The publishes of one confirming channel that are not settled: sent in order, and sent again in order on the next
/// connection when the one before was lost. So each message that it took reaches the broker at least once, and twice
/// only when its confirm was lost. Bounded in messages and bytes. Not thread-safe.
/// </summary>
/// <typeparam name="T">What the owner knows a message by.</typeparam>
/// <remarks>Give a message a message id before it is added, and it keeps it through all its sends, so that receivers
/// can tell a duplicate.</remarks>
public sealed class Outbox<T>
{
    private readonly int _maxMessages;
    private readonly long _maxBytes;
    private readonly OutboxMode _mode;
    private readonly LinkedList<OutboxEntry<T>> _toSend = new();
    private readonly SortedDictionary<ulong, OutboxEntry<T>> _sent = [];
    private ulong _lastId;

    /// <summary>Makes an empty outbox that is not ready.</summary>
    /// <param name="maxMessages">How many messages it holds, at least 1.</param>
    /// <param name="maxBytes">How many bytes they may have together, at least 1; one may exceed it by its own
    /// size.</param>
    /// <param name="mode">What happens while the connection is not ready.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is below 1.</exception>
    public Outbox(int maxMessages, long maxBytes, OutboxMode mode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        _maxMessages = maxMessages;
        _maxBytes = maxBytes;
        _mode = mode;
    }

    /// <summary>Whether the channel can be published on; see <see cref="OnReady"/>.</summary>
    public bool IsReady { get; private set; }

    /// <summary>How many messages it holds.</summary>
    public int Count => _toSend.Count + _sent.Count;

    /// <summary>How many bytes they have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a message, unless there is no room or the connection is not ready.</summary>
    /// <param name="message">The message.</param>
    /// <param name="size">What it counts, in bytes; 0 or more.</param>
    /// <param name="id">Its number; 0 when it was not taken.</param>
    /// <returns>Whether it was taken.</returns>
    public OutboxResult Add(T message, long size, out ulong id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        id = 0;
        if (!IsReady && _mode != OutboxMode.Buffer)
        {
            return _mode == OutboxMode.Fail ? OutboxResult.Refused : OutboxResult.MustWait;
        }

        if (Count >= _maxMessages || Bytes >= _maxBytes)
        {
            return IsReady ? OutboxResult.MustWait : OutboxResult.Refused;
        }

        id = ++_lastId;
        Bytes += size;
        _toSend.AddLast(new OutboxEntry<T>(id, message, size, 0));
        return OutboxResult.Taken;
    }

    /// <summary>Looks at the message to publish next. Publish it and call <see cref="OnSent"/>, or leave it.</summary>
    /// <param name="entry">The message.</param>
    /// <returns>False when there is none, or the connection is not ready.</returns>
    public bool TryPeek([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OutboxEntry<T>? entry)
    {
        entry = IsReady ? _toSend.First?.Value : null;
        return entry is not null;
    }

    /// <summary>The message that <see cref="TryPeek"/> showed was published.</summary>
    /// <param name="sequence">Its sequence number on the channel.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void OnSent(ulong sequence)
    {
        if (!TryPeek(out OutboxEntry<T>? entry))
        {
            throw new InvalidOperationException("No message is to be sent.");
        }

        _toSend.RemoveFirst();
        _sent.Add(sequence, entry with { Sends = entry.Sends + 1 });
    }

    /// <summary>The broker settled a publish, either way: it leaves the outbox.</summary>
    /// <param name="sequence">Its sequence number on the channel.</param>
    /// <returns>The message; null when the number is not known.</returns>
    public OutboxEntry<T>? OnSettled(ulong sequence)
    {
        if (_sent.Remove(sequence, out OutboxEntry<T>? entry))
        {
            Bytes -= entry.Size;
        }

        return entry;
    }

    /// <summary>The channel is open on a new connection, in confirm mode; its sequence numbers start at 1.</summary>
    public void OnReady() => IsReady = true;

    /// <summary>The channel is lost. What was sent and not settled is sent again, before everything else and in its
    /// order.</summary>
    public void OnLost()
    {
        IsReady = false;
        foreach (OutboxEntry<T> entry in _sent.Values.Reverse())
        {
            _toSend.AddFirst(entry);
        }

        _sent.Clear();
    }

    /// <summary>Lists what is not settled, in order.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<OutboxEntry<T>> List() => [.. _sent.Values, .. _toSend];

    /// <summary>Hands back what is not settled, in order, and forgets it.</summary>
    /// <returns>The messages; those with sends may have reached the broker.</returns>
    public IReadOnlyList<OutboxEntry<T>> TakeAll()
    {
        IReadOnlyList<OutboxEntry<T>> all = List();
        _toSend.Clear();
        _sent.Clear();
        Bytes = 0;
        return all;
    }
}
