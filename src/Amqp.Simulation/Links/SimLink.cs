using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Links;

/// <summary>
/// A TCP connection in virtual time: two byte streams with latency and a chunking policy each, which can be cut at any
/// byte.
/// </summary>
/// <remarks>
/// Pure: it never waits. It puts a <see cref="LinkSignal"/> into the queue for each moment at which one side may read,
/// and the owner of the queue calls <see cref="Read"/> or <see cref="TryReadEnd"/> when that moment has come. Not
/// thread-safe.
/// </remarks>
public sealed class SimLink
{
    private readonly LinkPipe[] _pipes;
    private readonly EventQueue<LinkSignal> _queue;
    private readonly List<CutAtByte> _cuts;

    /// <summary>Connects the two sides.</summary>
    /// <param name="options">Latency and chunking.</param>
    /// <param name="cuts">The faults; those at offset 0 happen at once.</param>
    /// <param name="random">The random streams of the run.</param>
    /// <param name="queue">Where the link puts its signals.</param>
    /// <param name="now">The time.</param>
    public SimLink(
        LinkOptions options,
        ImmutableArray<CutAtByte> cuts,
        RandomStreams random,
        EventQueue<LinkSignal> queue,
        MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(queue);
        _queue = queue;
        _cuts = [.. cuts];
        _pipes =
        [
            new LinkPipe(options.ToBroker, options, random.For("link:to-broker")),
            new LinkPipe(options.ToClient, options, random.For("link:to-client")),
        ];
        ApplyCuts(now);
    }

    /// <summary>Told of each cut when it happens.</summary>
    public Action<CutAtByte>? OnCut { get; set; }

    /// <summary>True when no byte and no end of stream is on its way in either direction.</summary>
    public bool IsQuiet => _pipes[0].IsQuiet && _pipes[1].IsQuiet;

    /// <summary>Bytes written to a direction so far, those lost to a cut included.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns>A count of bytes.</returns>
    public long Sent(LinkDirection direction) => _pipes[(int)direction].Sent;

    /// <summary>Bytes its reader has got so far.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns>A count of bytes.</returns>
    public long Delivered(LinkDirection direction) => _pipes[(int)direction].Delivered;

    /// <summary>Writes bytes to one direction; a cut inside them lets only those before it through.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="bytes">The bytes; copied.</param>
    /// <param name="now">The time.</param>
    public void Send(LinkDirection direction, ReadOnlySpan<byte> bytes, MonoTime now)
    {
        LinkPipe pipe = _pipes[(int)direction];
        while (!bytes.IsEmpty)
        {
            // Write up to the next cut of this direction, let it happen, and go on with what is left.
            long room = long.MaxValue;
            foreach (CutAtByte cut in _cuts)
            {
                if (cut.Direction == direction)
                {
                    room = Math.Min(room, cut.Offset - pipe.Sent);
                }
            }

            int take = (int)Math.Min(room, bytes.Length);
            MonoTime at = pipe.Send(bytes[..take], now);
            if (at != MonoTime.Never)
            {
                _queue.Add(at, new LinkSignal(LinkSignalKind.Read, direction));
            }

            bytes = bytes[take..];
            ApplyCuts(now);
        }
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
        byte[] chunk = _pipes[(int)direction].Read(now, out MonoTime again);
        if (again != MonoTime.Never)
        {
            _queue.Add(again, new LinkSignal(LinkSignalKind.Read, direction));
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
            _queue.Add(again, new LinkSignal(LinkSignalKind.End, direction));
        }

        return end != LinkEnd.None;
    }

    private void ApplyCuts(MonoTime now)
    {
        for (int i = 0; i < _cuts.Count; i++)
        {
            CutAtByte cut = _cuts[i];
            if (_pipes[(int)cut.Direction].Sent < cut.Offset)
            {
                continue;
            }

            _cuts.RemoveAt(i--);
            OnCut?.Invoke(cut);
            Apply(cut, now);
        }
    }

    private void Apply(CutAtByte cut, MonoTime now)
    {
        LinkDirection other = 1 - cut.Direction;
        switch (cut.Kind)
        {
            case CutKind.Fin:
                Finish(cut.Direction, LinkEnd.Fin, loseBytes: false, now);
                Finish(other, LinkEnd.Fin, loseBytes: false, now);
                break;
            case CutKind.Reset:
                // The counted bytes arrive first, as if the reset had been sent right behind them.
                Finish(cut.Direction, LinkEnd.Reset, loseBytes: false, now);
                Finish(other, LinkEnd.Reset, loseBytes: true, now);
                break;
            case CutKind.Silent:
                _pipes[(int)cut.Direction].Mute();
                _pipes[(int)other].Deafen();
                break;
            default:
                _pipes[(int)cut.Direction].Mute();
                break;
        }
    }

    private void Finish(LinkDirection direction, LinkEnd end, bool loseBytes, MonoTime now)
    {
        MonoTime at = _pipes[(int)direction].Finish(end, loseBytes, now);
        if (at != MonoTime.Never)
        {
            _queue.Add(at, new LinkSignal(LinkSignalKind.End, direction));
        }
    }
}
