using Amqp.Engine.Base;

namespace Amqp.Simulation.Links;

/// <summary>One direction of a <see cref="SimLink"/>: bytes in flight, bytes that have arrived, and how it
/// ends.</summary>
internal sealed class LinkPipe(Chunking chunking, LinkOptions options, KeyedRandom random)
{
    private const int FirstSize = 512;

    // The bytes in flight follow directly on those that have arrived: arriving moves a border, not a byte.
    private readonly Queue<(MonoTime At, int Count)> _flight = new();
    private byte[] _bytes = new byte[FirstSize];
    private int _start;
    private int _arrivedEnd;
    private int _end;
    private MonoTime _lastArrival = new(long.MinValue);
    private MonoTime _endAt = MonoTime.Never;
    private MonoTime _heldUntil = new(long.MinValue);
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
    public bool IsQuiet => _end == _start && (End == LinkEnd.None || _endTaken);

    /// <summary>How many bytes the writer may send now.</summary>
    public int Room => options.ReceiveWindow == 0 || IsDeaf || End != LinkEnd.None
        ? int.MaxValue
        : Math.Max(0, options.ReceiveWindow - (_end - _start));

    /// <summary>Puts bytes on the way.</summary>
    /// <returns>When they can be read, or Never when they are lost.</returns>
    public MonoTime Send(ReadOnlySpan<byte> bytes, MonoTime now)
    {
        Sent += bytes.Length;
        if (IsDeaf || End != LinkEnd.None || bytes.IsEmpty)
        {
            return MonoTime.Never;
        }

        MonoTime at = Arrival(now, bytes.Length);
        MakeRoom(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
        _flight.Enqueue((at, bytes.Length));
        return at;
    }

    /// <summary>How many of these bytes one write takes.</summary>
    public int Accept(int length)
    {
        int most = Math.Min(length, Room);
        return options.ShortWrites && most > 1 && random.Half() ? 1 + random.Next(most) : most;
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
        _endAt = loseBytes ? now + options.Latency : Arrival(now, 0);
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

    /// <summary>Ends a direction that lost its bytes in silence, as the operating system does in the end.</summary>
    public MonoTime Revive(MonoTime now)
    {
        if (_endTaken)
        {
            return MonoTime.Never;
        }

        IsDeaf = false;
        End = LinkEnd.None;
        return Finish(LinkEnd.Reset, loseBytes: true, now);
    }

    /// <summary>Keeps everything back, the end included, until then; what is sent meanwhile waits behind it.</summary>
    public void Hold(MonoTime until) => _heldUntil = until > _heldUntil ? until : _heldUntil;

    /// <summary>Lets go of what was held.</summary>
    public void Release() => _heldUntil = new MonoTime(long.MinValue);

    /// <summary>The bytes of one read.</summary>
    /// <param name="now">The time.</param>
    /// <param name="again">When to read again, or Never.</param>
    public byte[] Read(MonoTime now, out MonoTime again)
    {
        again = MonoTime.Never;
        if (now < _heldUntil)
        {
            again = _heldUntil;
            return [];
        }

        Collect(now);
        int available = _arrivedEnd - _start;
        if (available == 0)
        {
            return [];
        }

        int take = chunking.Next(available, random);
        byte[] chunk = _bytes.AsSpan(_start, take).ToArray();
        _start += take;
        Delivered += take;
        if (_start == _end)
        {
            _start = _arrivedEnd = _end = 0;
        }

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

        if (now < _heldUntil)
        {
            again = _heldUntil;
            return LinkEnd.None;
        }

        Collect(now);
        if (now < _endAt || _end > _start)
        {
            // Bytes before the end have a signal of their own, and whoever reads the last of them asks again.
            again = now < _endAt ? _endAt : MonoTime.Never;
            return LinkEnd.None;
        }

        _endTaken = true;
        return End;
    }

    private MonoTime Arrival(MonoTime now, int count)
    {
        TimeSpan jitter = options.Jitter > TimeSpan.Zero
            ? new TimeSpan(random.Next((int)Math.Min(options.Jitter.Ticks, int.MaxValue)))
            : TimeSpan.Zero;
        MonoTime at = chunking.ReadableAt(now + options.Latency + jitter);

        // A stream never reorders: jitter can only hold back what comes later.
        at = at > _lastArrival ? at : _lastArrival;
        if (options.BytesPerSecond > 0)
        {
            at += new TimeSpan(count * TimeSpan.TicksPerSecond / options.BytesPerSecond);
        }

        _lastArrival = at;
        return at;
    }

    private void Collect(MonoTime now)
    {
        while (_flight.TryPeek(out var first) && first.At <= now)
        {
            _arrivedEnd += _flight.Dequeue().Count;
        }
    }

    private void MakeRoom(int count)
    {
        if (_end + count <= _bytes.Length)
        {
            return;
        }

        int kept = _end - _start;
        byte[] target = kept + count <= _bytes.Length
            ? _bytes
            : new byte[Math.Max(_bytes.Length * 2, kept + count)];
        _bytes.AsSpan(_start, kept).CopyTo(target);
        _bytes = target;
        _arrivedEnd -= _start;
        _end = kept;
        _start = 0;
    }

    private void Forget()
    {
        _flight.Clear();
        _start = _arrivedEnd = _end = 0;
    }
}
