using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Peers;

/// <summary>
/// The other side of one session, played by a test: it feeds hand-made frames, lets time pass, and shows what the
/// session
/// sent and said. For everything that no honest broker does.
/// </summary>
/// <remarks>
/// There is no link in between: what is fed arrives at once. Every input is followed by a drain, as the session's
/// contract
/// asks. Not thread-safe.
/// </remarks>
public sealed partial class ScriptedPeer
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ReceiveBuffer _input = new();
    private readonly List<byte> _sent = [];
    private readonly List<EventRecord> _events = [];
    private readonly List<PeerFrame> _frames = [];
    private bool _sawHeader;

    /// <summary>Makes a session and nothing else: not even the protocol header is sent.</summary>
    /// <param name="options">The session's options, or null for the defaults.</param>
    /// <param name="origin">What the clock shows.</param>
    public ScriptedPeer(SessionOptions? options = null, MonoTime origin = default)
    {
        Now = origin;
        Options = options ?? new SessionOptions();
        Session = new AmqpSession(Options, _output, origin);
    }

    /// <summary>The session's options.</summary>
    public SessionOptions Options { get; }

    /// <summary>The session. Commands may be given to it directly; follow them with <see cref="Drain()"/>.</summary>
    public AmqpSession Session { get; }

    /// <summary>The virtual time.</summary>
    public MonoTime Now { get; private set; }

    /// <summary>The way <see cref="Feed(ReadOnlySpan{byte})"/> cuts bytes into reads.</summary>
    public Chunking Chunking { get; set; } = Chunking.Whole;

    /// <summary>All events so far.</summary>
    public IReadOnlyList<EventRecord> Events => _events;

    /// <summary>All frames that the session sent so far, without the protocol header.</summary>
    public IReadOnlyList<PeerFrame> Frames => _frames;

    /// <summary>All bytes that the session sent so far.</summary>
    public ReadOnlyMemory<byte> Sent => _sent.ToArray();

    /// <summary>Each time at which the session sent bytes, in order.</summary>
    public List<MonoTime> SentAt { get; } = [];

    /// <summary>The one terminal event's reason, or null while there is none.</summary>
    public SessionEnd? End => _events.Find(e => e.Kind == EventKind.SessionClosed)?.Reason;

    /// <summary>The methods that the session sent on a channel, in order.</summary>
    /// <param name="channel">The channel.</param>
    /// <returns>A new list.</returns>
    public IReadOnlyList<AmqpMethod> MethodsOn(ushort channel) =>
        [.. _frames.Where(f => f.Channel == channel).Select(f => f.Method).OfType<AmqpMethod>()];

    /// <summary>Starts the session: it sends the protocol header.</summary>
    /// <returns>This peer.</returns>
    public ScriptedPeer Start()
    {
        Session.Start(Now);
        return Drain();
    }

    /// <summary>Reads the events that commands made, and collects what the session wrote.</summary>
    /// <returns>This peer.</returns>
    public ScriptedPeer Drain()
    {
        EventScope scope = Session.Events();
        Drain(ref scope);
        return this;
    }

    /// <summary>Feeds bytes, cut into reads by <see cref="Chunking"/>.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer Feed(ReadOnlySpan<byte> bytes)
    {
        var random = new KeyedRandom("feed", new Prng((ulong)bytes.Length), null);
        while (!bytes.IsEmpty)
        {
            int take = Chunking.Next(bytes.Length, random);
            FeedOnce(bytes[..take]);
            bytes = bytes[take..];
        }

        return this;
    }

    /// <summary>Tells the session that its stream ended.</summary>
    /// <param name="end">How.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer FeedEnd(StreamEnd end)
    {
        EventScope scope = Session.ReceiveEnd(end, Now);
        Drain(ref scope);
        return this;
    }

    /// <summary>Sets the clock and tells the session, once.</summary>
    /// <param name="now">The time; not before <see cref="Now"/>.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer ElapseAt(MonoTime now)
    {
        Now = now;
        EventScope scope = Session.Elapse(now);
        Drain(ref scope);
        return this;
    }

    /// <summary>Lets time pass, waking the session exactly at each of its deadlines.</summary>
    /// <param name="span">How much time.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer Advance(TimeSpan span)
    {
        MonoTime until = Now + span;
        while (Session.NextDeadline.At <= until)
        {
            MonoTime due = Session.NextDeadline.At;
            ElapseAt(due > Now ? due : Now);
            if (Session.NextDeadline.At <= due)
            {
                throw new InvalidOperationException($"C5 the deadline stays at {Session.NextDeadline}");
            }
        }

        Now = until;
        return this;
    }

    /// <summary>Moves the clock without telling the session, as when its owner wakes late.</summary>
    /// <param name="span">How much time.</param>
    /// <returns>This peer.</returns>
    public ScriptedPeer Skip(TimeSpan span)
    {
        Now += span;
        return this;
    }

    private void FeedOnce(ReadOnlySpan<byte> chunk)
    {
        _input.Append(chunk.ToArray());
        ReadOnlySequence<byte> input = _input.Sequence;
        EventScope scope = Session.Receive(input, Now);
        Drain(ref scope);
        _input.AdvanceTo(scope.Consumed);
    }

    private void Drain(ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            _events.Add(e.ToRecord());
        }

        if (_output.WrittenCount > 0)
        {
            SentAt.Add(Now);
            _sent.AddRange(_output.WrittenSpan);
            Parse(_output.WrittenMemory);
            _output.ResetWrittenCount();
        }
    }

    // Whole messages are appended, so a part of one would be the session's mistake.
    private void Parse(ReadOnlyMemory<byte> written)
    {
        if (!_sawHeader)
        {
            _sawHeader = true;
            if (!written.Span.StartsWith(FrameWriter.ProtocolHeader))
            {
                throw new InvalidOperationException("B1 the session did not begin with the protocol header");
            }

            written = written[FrameWriter.ProtocolHeader.Length..];
        }

        var bytes = new ReadOnlySequence<byte>(written);
        var reader = new FrameReader(bytes, int.MaxValue - FrameWriter.Overhead);
        while (reader.TryRead(out Frame frame) == FrameReadStatus.Complete)
        {
            _frames.Add(new PeerFrame(frame.Type, frame.Channel, frame.Payload.ToArray()));
        }

        if (!bytes.Slice(reader.Consumed).IsEmpty)
        {
            throw new InvalidOperationException($"A11 the session sent something that is no frame: {reader.Error}");
        }
    }
}
