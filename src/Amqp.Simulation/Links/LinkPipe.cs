using Amqp.Engine.Base;

namespace Amqp.Simulation.Links;

/// <summary>One direction of a <see cref="SimLink"/>: bytes in flight, bytes that have arrived, and how it
/// ends.</summary>
internal sealed class LinkPipe(Chunking chunking, LinkOptions options, Prng random)
{
    private readonly Queue<(MonoTime At, byte[] Bytes)> _flight = new();
    private Prng _random = random;
    private byte[] _arrived = [];
    private int _arrivedStart;
    private MonoTime _lastArrival = new(long.MinValue);
    private MonoTime _endAt = MonoTime.Never;
    private bool _endTaken;

    /// <summary>Bytes accepted from the writer, lost ones included.</summary>
    public long Sent { get; private set; }

    /// <summary>Bytes handed to the reader.</summary>
    public long Delivered { get; private set; }

    /// <summary>True when nothing the writer sends arrives any more.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>How the direction ends, once that is decided.</summary>
    public LinkEnd End { get; private set; }

    /// <summary>True when neither bytes nor the end are on their way.</summary>
    public bool IsQuiet => _flight.Count == 0 && _arrived.Length == _arrivedStart && (End == LinkEnd.None || _endTaken);

    /// <summary>Puts bytes on the way.</summary>
    /// <returns>When they can be read, or Never when they are lost.</returns>
    public MonoTime Send(ReadOnlySpan<byte> bytes, MonoTime now)
    {
        Sent += bytes.Length;
        if (IsDeaf || End != LinkEnd.None || bytes.IsEmpty)
        {
            return MonoTime.Never;
        }

        MonoTime at = Arrival(now);
        _flight.Enqueue((at, bytes.ToArray()));
        return at;
    }

    /// <summary>Ends the direction.</summary>
    /// <param name="end">What the reader sees.</param>
    /// <param name="loseBytes">True when bytes in flight are lost and the end overtakes them.</param>
    /// <param name="now">The time.</param>
    /// <returns>When the end can be read, or Never when it will not be.</returns>
    public MonoTime Finish(LinkEnd end, bool loseBytes, MonoTime now)
    {
        if (IsDeaf || _endTaken || End >= end)
        {
            return MonoTime.Never;
        }

        if (loseBytes)
        {
            Forget();
        }

        End = end;
        _endAt = loseBytes ? now + options.Latency : Arrival(now);
        return _endAt;
    }

    /// <summary>Loses everything sent from now on; what is in flight still arrives.</summary>
    public void Mute() => IsDeaf = true;

    /// <summary>Loses everything in flight and everything sent from now on, without telling anybody.</summary>
    public void Deafen()
    {
        Forget();
        IsDeaf = true;
        End = LinkEnd.None;
    }

    /// <summary>The bytes of one read.</summary>
    /// <param name="now">The time.</param>
    /// <param name="again">When to read again, or Never.</param>
    public byte[] Read(MonoTime now, out MonoTime again)
    {
        Collect(now);
        int available = _arrived.Length - _arrivedStart;
        again = MonoTime.Never;
        if (available == 0)
        {
            return [];
        }

        int take = chunking.Next(available, ref _random);
        byte[] chunk = _arrived.AsSpan(_arrivedStart, take).ToArray();
        _arrivedStart += take;
        Delivered += take;
        if (take < available)
        {
            again = now + options.ChunkGap;
        }

        return chunk;
    }

    /// <summary>Takes the end of the stream when it is due and no byte is before it; at most once.</summary>
    /// <param name="now">The time.</param>
    /// <param name="again">When to try again, or Never.</param>
    public LinkEnd TakeEnd(MonoTime now, out MonoTime again)
    {
        again = MonoTime.Never;
        if (End == LinkEnd.None || _endTaken)
        {
            return LinkEnd.None;
        }

        Collect(now);
        if (now < _endAt || _arrived.Length > _arrivedStart || _flight.Count > 0)
        {
            again = now < _endAt ? _endAt : now + options.ChunkGap;
            return LinkEnd.None;
        }

        _endTaken = true;
        return End;
    }

    private MonoTime Arrival(MonoTime now)
    {
        TimeSpan jitter = options.Jitter > TimeSpan.Zero
            ? new TimeSpan(_random.NextInt32((int)Math.Min(options.Jitter.Ticks, int.MaxValue)))
            : TimeSpan.Zero;
        MonoTime at = chunking.ReadableAt(now + options.Latency + jitter);

        // A stream never reorders: jitter can only hold back what comes later.
        _lastArrival = at > _lastArrival ? at : _lastArrival;
        return _lastArrival;
    }

    private void Collect(MonoTime now)
    {
        while (_flight.TryPeek(out var first) && first.At <= now)
        {
            _flight.Dequeue();
            int left = _arrived.Length - _arrivedStart;
            byte[] joined = new byte[left + first.Bytes.Length];
            _arrived.AsSpan(_arrivedStart, left).CopyTo(joined);
            first.Bytes.CopyTo(joined, left);
            _arrived = joined;
            _arrivedStart = 0;
        }
    }

    private void Forget()
    {
        _flight.Clear();
        _arrived = [];
        _arrivedStart = 0;
    }
}
