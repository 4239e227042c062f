using System.Buffers;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Links;

/// <summary>
/// A TCP connection in virtual time: two byte streams with latency and a chunking policy each, which can be cut at any
/// byte, at any place of the protocol and at any time, and held for a while.
/// </summary>
/// <remarks>
/// Pure: it never waits. It says by <c>schedule</c> at which moments one side may read, and its owner calls
/// <see cref="Read"/> or <see cref="TryReadEnd"/> when such a moment has come. Not thread-safe.
/// </remarks>
public sealed class SimLink
{
    private readonly LinkPipe[] _pipes;
    private readonly CutWatch?[] _watches = new CutWatch?[2];
    private readonly Action<MonoTime, LinkSignal> _schedule;

    /// <summary>Connects the two sides.</summary>
    /// <param name="options">Latency and chunking.</param>
    /// <param name="random">The random streams of the link.</param>
    /// <param name="schedule">Asks to be called at a time with a signal.</param>
    public SimLink(LinkOptions options, RandomStreams random, Action<MonoTime, LinkSignal> schedule)
        : this(options, random, schedule, null)
    {
    }

    internal SimLink(
        LinkOptions options,
        RandomStreams random,
        Action<MonoTime, LinkSignal> schedule,
        Action<string, int>? watchDraws)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        LinkPipe Pipe(Chunking chunking, string key) =>
            new(chunking, options, new KeyedRandom(key, random.For(key), watchDraws));
        _pipes = [Pipe(options.ToBroker, "link:to-broker"), Pipe(options.ToClient, "link:to-client")];
    }

    /// <summary>Told of each cut when it happens.</summary>
    public Action<Cut>? OnCut { get; set; }

    /// <summary>True when no byte and no end of stream is on its way in either direction.</summary>
    public bool IsQuiet => _pipes[0].IsQuiet && _pipes[1].IsQuiet;

    /// <summary>True when one direction loses what is sent without telling anybody.</summary>
    public bool IsSilenced => _pipes[0].IsDeaf || _pipes[1].IsDeaf;

    /// <summary>Bytes written to a direction so far, those lost to a cut included.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns>A count of bytes.</returns>
    public long Sent(LinkDirection direction) => _pipes[(int)direction].Sent;

    /// <summary>Bytes its reader has got so far.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns>A count of bytes.</returns>
    public long Delivered(LinkDirection direction) => _pipes[(int)direction].Delivered;

    /// <summary>
    /// Watches a direction for cuts from its first byte on. Only a watch that saw the whole stream finds the places of
    /// cuts that are set later.
    /// </summary>
    public void WatchFromStart()
    {
        _watches[0] = new CutWatch();
        _watches[1] = new CutWatch();
    }

    /// <summary>Sets a cut by byte or by place, or cuts at once. A cut by time is its owner's to wait for.</summary>
    /// <param name="cut">The cut; offsets count from here.</param>
    /// <param name="now">The time.</param>
    public void Add(Cut cut, MonoTime now)
    {
        LinkDirection direction = cut switch
        {
            CutAtByte atByte => atByte.Direction,
            CutAtPlace atPlace => atPlace.Place.Direction,
            _ => LinkDirection.ToBroker,
        };
        if (cut is CutAtTime)
        {
            Happen(cut, direction, now);
            return;
        }

        CutWatch watch = _watches[(int)direction] ??= new CutWatch();
        watch.Add(cut);
        while (watch.Admit(ReadOnlySequence<byte>.Empty, out Cut? due) == 0 && due is not null)
        {
            Happen(due, direction, now);
        }
    }

    /// <summary>Forgets the cuts that have not happened yet.</summary>
    public void ForgetCuts()
    {
        _watches[0] = null;
        _watches[1] = null;
    }

    /// <summary>Writes bytes to one direction; a cut inside them lets only those before it through.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="bytes">The bytes; copied.</param>
    /// <param name="now">The time.</param>
    /// <returns>How many were taken; the rest finds no room until the reader has read.</returns>
    public int Send(LinkDirection direction, ReadOnlyMemory<byte> bytes, MonoTime now)
    {
        LinkPipe pipe = _pipes[(int)direction];
        int total = 0;
        while (!bytes.IsEmpty)
        {
            int take = pipe.Accept(bytes.Length);
            if (take == 0)
            {
                break;
            }

            Cut? cut = null;
            if (_watches[(int)direction] is { } watch)
            {
                // Write up to the next cut of this direction, let it happen, and go on with what is left.
                take = (int)watch.Admit(new ReadOnlySequence<byte>(bytes[..take]), out cut);
                watch.Pass(take);
            }

            MonoTime at = pipe.Send(bytes.Span[..take], now);
            if (at != MonoTime.Never)
            {
                _schedule(at, new LinkSignal(LinkSignalKind.Read, direction));
            }

            bytes = bytes[take..];
            total += take;
            if (cut is not null)
            {
                Happen(cut, direction, now);
            }
        }

        return total;
    }

    /// <summary>Ends one direction in order, as a side that shuts its socket down does.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="now">The time.</param>
    public void Close(LinkDirection direction, MonoTime now) => Finish(direction, LinkEnd.Fin, loseBytes: false, now);

    /// <summary>What one read gets; may be empty.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="now">The time.</param>
    /// <returns>The bytes; owned by the caller.</returns>
    public byte[] Read(LinkDirection direction, MonoTime now)
    {
        LinkPipe pipe = _pipes[(int)direction];
        byte[] chunk = pipe.Read(now, out MonoTime again);
        if (again != MonoTime.Never)
        {
            _schedule(again, new LinkSignal(LinkSignalKind.Read, direction));
        }
        else if (chunk.Length > 0 && pipe.End != LinkEnd.None)
        {
            _schedule(now, new LinkSignal(LinkSignalKind.End, direction));
        }

        return chunk;
    }

    /// <summary>Takes the end of a direction, once, when it is readable.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="now">The time.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>True when the reader must be told now.</returns>
    public bool TryReadEnd(LinkDirection direction, MonoTime now, out LinkEnd end)
    {
        end = _pipes[(int)direction].TakeEnd(now, out MonoTime again);
        if (again != MonoTime.Never)
        {
            _schedule(again, new LinkSignal(LinkSignalKind.End, direction));
        }

        return end != LinkEnd.None;
    }

    /// <summary>Keeps what travels one way back for a while; nothing is lost.</summary>
    /// <param name="direction">The direction; null for both.</param>
    /// <param name="until">Until when; Never until <see cref="Release"/>.</param>
    public void Hold(LinkDirection? direction, MonoTime until)
    {
        foreach (LinkDirection each in Directions(direction))
        {
            _pipes[(int)each].Hold(until);
        }
    }

    /// <summary>Lets what was held go on.</summary>
    /// <param name="direction">The direction; null for both.</param>
    /// <param name="now">The time.</param>
    public void Release(LinkDirection? direction, MonoTime now)
    {
        foreach (LinkDirection each in Directions(direction))
        {
            _pipes[(int)each].Release();
            _schedule(now, new LinkSignal(LinkSignalKind.Read, each));
            _schedule(now, new LinkSignal(LinkSignalKind.End, each));
        }
    }

    /// <summary>Tells both sides of a link that fell silent: resets it. Another link is left alone.</summary>
    /// <param name="now">The time.</param>
    public void EndSilence(MonoTime now)
    {
        if (!IsSilenced)
        {
            return;
        }

        for (int i = 0; i < _pipes.Length; i++)
        {
            MonoTime at = _pipes[i].Revive(now);
            if (at != MonoTime.Never)
            {
                _schedule(at, new LinkSignal(LinkSignalKind.End, (LinkDirection)i));
            }
        }
    }

    /// <summary>Cuts the link now.</summary>
    /// <param name="kind">What the two sides see.</param>
    /// <param name="direction">The direction whose bytes before the cut arrive.</param>
    /// <param name="now">The time.</param>
    public void CutNow(CutKind kind, LinkDirection direction, MonoTime now)
    {
        LinkDirection other = 1 - direction;
        switch (kind)
        {
            case CutKind.Fin:
                Finish(direction, LinkEnd.Fin, loseBytes: false, now);
                Finish(other, LinkEnd.Fin, loseBytes: false, now);
                break;
            case CutKind.Reset:
                // The counted bytes arrive first, as if the reset had been sent right behind them.
                Finish(direction, LinkEnd.Reset, loseBytes: false, now);
                Finish(other, LinkEnd.Reset, loseBytes: true, now);
                break;
            case CutKind.Silent:
                _pipes[(int)direction].Mute();
                _pipes[(int)other].Deafen();
                break;
            default:
                _pipes[(int)direction].Mute();
                break;
        }
    }

    private static ReadOnlySpan<LinkDirection> Directions(LinkDirection? only) => only switch
    {
        LinkDirection.ToBroker => [LinkDirection.ToBroker],
        LinkDirection.ToClient => [LinkDirection.ToClient],
        _ => [LinkDirection.ToBroker, LinkDirection.ToClient],
    };

    private void Happen(Cut cut, LinkDirection direction, MonoTime now)
    {
        OnCut?.Invoke(cut);
        CutNow(cut.Kind, direction, now);
    }

    private void Finish(LinkDirection direction, LinkEnd end, bool loseBytes, MonoTime now)
    {
        MonoTime at = _pipes[(int)direction].Finish(end, loseBytes, now);
        if (at != MonoTime.Never)
        {
            _schedule(at, new LinkSignal(LinkSignalKind.End, direction));
        }
    }
}
