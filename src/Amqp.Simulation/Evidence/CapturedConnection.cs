using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Evidence;

/// <summary>One connection of a capture while it is read.</summary>
internal sealed class CapturedConnection(string client, string broker, DateTimeOffset start, bool withoutBodies)
{
    private readonly StreamAssembler[] _streams = [new(), new()];
    private readonly FrameMask[] _masks = [new(withoutBodies), new(withoutBodies)];
    private readonly ImmutableArray<RecordedChunk>.Builder _chunks = ImmutableArray.CreateBuilder<RecordedChunk>();
    private MonoTime _last;
    private bool _isEnded;

    /// <summary>True once bytes were seen.</summary>
    public bool HasBytes { get; private set; }

    public void Add(TcpSegment segment, bool toBroker, DateTimeOffset at)
    {
        LinkDirection direction = toBroker ? LinkDirection.ToBroker : LinkDirection.ToClient;
        HasBytes |= segment.Payload.Length > 0;
        byte[] bytes = _masks[(int)direction].Add(_streams[(int)direction].Add(segment));

        // The clocks of interfaces may differ by a little; a recording's only goes on.
        var now = new MonoTime(Math.Max(_last.Ticks, (at - start).Ticks));
        _last = now;
        if (bytes.Length > 0)
        {
            _chunks.Add(new RecordedChunk(now, direction, bytes));
        }

        bool isReset = segment.IsReset;
        if (!toBroker && !_isEnded && (isReset || _streams[(int)direction].IsEnded))
        {
            _isEnded = true;
            _chunks.Add(new RecordedChunk(now, direction, default)
            {
                End = isReset ? LinkEnd.Reset : LinkEnd.Fin,
            });
        }
    }

    public CapturedSession Finish() => new(client, broker, start, new SessionRecording
    {
        Chunks = _chunks.ToImmutable(),
    })
    {
        Problem = Problem(),
    };

    private string? Problem()
    {
        if (Array.Exists(_masks, static each => each.IsForeign))
        {
            return "it is not AMQP in clear text; of TLS only the client itself can make a recording, "
                + "with RecordingConnector";
        }

        if (!Array.TrueForAll(_streams, static each => each.HasBegin))
        {
            return "the capture began after the connection did";
        }

        return Array.Exists(_streams, static each => each.HasGap)
            ? "packets are missing; what follows them is left out"
            : null;
    }
}
