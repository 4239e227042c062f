using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

/// <summary>The client's side of one AMQP 0-9-1 connection, without I/O: bytes and time go in; events, bytes and the
/// next
/// deadline come out. It owns no socket, clock, thread or randomness.</summary>
/// <remarks>
/// <para>There are four families of members. <b>A. Inputs</b>: <see cref="Start"/>, <see cref="Receive"/>,
/// <see cref="ReceiveEnd"/>, <see cref="Elapse"/>. <b>B. Commands</b>: <see cref="OpenChannel"/>, <see cref="Call"/>,
/// <see cref="Send"/>,
/// <see cref="Publish(ushort, string, string, bool, BasicProperties, ReadOnlySpan{byte}, out ulong)"/>,
/// <see cref="Ack"/> and the like. <b>C. Outputs</b>: the events of the scope that an input returned, the bytes
/// appended to
/// the output, <see cref="NextDeadline"/> and <see cref="WantsClose"/>. <b>D. Getters</b>.</para>
/// <para><b>The single-mutation rule.</b> Give one input; drain its events to the end; release the input up to
/// <see cref="EventScope.Consumed"/>; take the bytes; read the deadline; then give the next input. Commands append
/// whole
/// messages and may come at any time, also inside a drain.</para>
/// <para><b>Threads.</b> Not thread-safe: one caller at a time. Instances share nothing.</para>
/// <para><b>Errors.</b> Misuse by the caller is a <see cref="Commands.CommandResult"/> and sends nothing. A violation
/// by
/// the peer appends the fitting 5xx close and then ends the session with one
/// <see cref="EventKind.SessionClosed"/>.</para>
/// </remarks>
public sealed partial class AmqpSession
{
    private readonly SessionOptions _options;
    private readonly IBufferWriter<byte> _output;
    private readonly EventRing _events = new();
    private readonly TimerTable _timers = new();
    private readonly StringCache _strings = new();
    private readonly PropertiesCache _properties;
    private byte[] _scratch = [];
    private int _maxPayload;
    private MonoTime _now;
    private bool _isBlocked;

    /// <summary>Makes a session that has sent nothing yet.</summary>
    /// <param name="options">What to ask for; checked here.</param>
    /// <param name="output">Where bytes for the peer are appended, whole frames at a time.</param>
    /// <param name="now">The present moment.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public AmqpSession(SessionOptions options, IBufferWriter<byte> output, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        options.Validate();
        _options = options;
        _output = output;
        _now = now;
        _lastReceived = now;
        _properties = new PropertiesCache(options.Limits);
        _maxPayload = LocalFrameMax - FrameWriter.Overhead;
    }

    /// <summary>The connection's state.</summary>
    public ConnectionState State { get; private set; } = ConnectionState.Idle;

    /// <summary>Whether the session is over: send the bytes that are left, then close the stream.</summary>
    public bool WantsClose => State == ConnectionState.Closed;

    /// <summary>What was negotiated; null before <c>connection.tune</c>.</summary>
    public NegotiatedTuning? Tuning { get; private set; }

    /// <summary>What the broker says of itself; empty before <c>connection.start</c>.</summary>
    public FieldTable ServerProperties { get; private set; } = FieldTable.Empty;

    /// <summary>When to call <see cref="Elapse"/> at the latest, and why. Read it after each input.</summary>
    public Deadline NextDeadline => _timers.Next;

    private int LocalFrameMax => _options.FrameMax == 0
        ? _options.Limits.MaxFrameSize
        : (int)Math.Min(_options.FrameMax, (uint)_options.Limits.MaxFrameSize);

    /// <summary>Appends the protocol header and arms the handshake's deadline. Call once.</summary>
    /// <param name="now">The present moment.</param>
    /// <exception cref="InvalidOperationException">The session was started before.</exception>
    public void Start(MonoTime now)
    {
        Advance(now);
        if (State != ConnectionState.Idle)
        {
            throw new InvalidOperationException("The session was started before.");
        }

        Allow(ConnectionInput.LocalStart, 0);
        _output.Write(FrameWriter.ProtocolHeader);
        _timers.Arm(TimerKind.Handshake, _now + _options.HandshakeTimeout);
    }

    /// <summary>Gives bytes from the peer: what was not consumed before, and more behind it.</summary>
    /// <param name="input">Any split of the stream, in any number of segments.</param>
    /// <param name="now">The present moment.</param>
    /// <returns>The events, to be read to their end before the next input.</returns>
    /// <exception cref="InvalidOperationException">The session was not started.</exception>
    public EventScope Receive(in ReadOnlySequence<byte> input, MonoTime now)
    {
        if (State == ConnectionState.Idle)
        {
            throw new InvalidOperationException("Start the session before it receives.");
        }

        Advance(now);
        NoteReceived(input.Length);
        return new EventScope(this, in input, _maxPayload);
    }

    /// <summary>Says that no more bytes will come. Bytes that came before must have been given first.</summary>
    /// <param name="end">How the stream ended.</param>
    /// <param name="now">The present moment.</param>
    /// <returns>The events, to be read to their end.</returns>
    public EventScope ReceiveEnd(StreamEnd end, MonoTime now)
    {
        Advance(now);
        if (State != ConnectionState.Closed)
        {
            Finish(EndOfStream(end));
        }

        return Events();
    }

    /// <summary>Gives the time. Allowed at any moment, early, late or twice.</summary>
    /// <param name="now">The present moment; a moment before an earlier one counts as that one.</param>
    /// <returns>The events, to be read to their end.</returns>
    public EventScope Elapse(MonoTime now)
    {
        Advance(now);
        if (_timers.IsDue(TimerKind.Handshake, _now))
        {
            Finish(Ended(
                SessionEndKind.HandshakeTimeout,
                $"The handshake did not end within {_options.HandshakeTimeout}."));
        }
        else if (_timers.IsDue(TimerKind.CloseReply, _now))
        {
            Finish(Ended(
                SessionEndKind.CloseTimeout,
                $"connection.close was not answered within {_options.CloseTimeout}."));
        }
        else if (_timers.IsDue(TimerKind.Blocked, _now))
        {
            Finish(Ended(
                SessionEndKind.BlockedTimeout,
                $"The broker kept the connection blocked for {_options.BlockedTimeout}."));
        }
        else
        {
            ElapseHeartbeats();
        }

        return Events();
    }

    /// <summary>Reads what commands left behind, such as the end of a session that was closed before it was
    /// open.</summary>
    /// <returns>The events, to be read to their end.</returns>
    public EventScope Events() => new(this, ReadOnlySequence<byte>.Empty, _maxPayload);

    /// <summary>Describes the session. Changes nothing and never throws.</summary>
    /// <returns>A snapshot without secrets.</returns>
    public SessionSnapshot Describe()
    {
        ChannelModel[] channels = [.. OpenChannels()];
        var lines = channels.Select(channel =>
            $"{channel.Number} {channel.State} calls={channel.PendingCalls} unsettled={channel.Confirms?.Window ?? 0}");
        return new SessionSnapshot(
            State,
            Tuning,
            NextDeadline,
            _isBlocked,
            channels.Length,
            channels.Sum(channel => channel.PendingCalls) + _connectionCalls.Count,
            channels.Sum(channel => channel.Confirms?.Window ?? 0),
            string.Join("; ", lines));
    }

    internal bool TryTakeEvent(out AmqpEvent e)
    {
        if (_events.Count == 0)
        {
            e = default;
            return false;
        }

        ref readonly EventSlot slot = ref _events.Take();
        if (slot.Kind == EventKind.ChannelClosed)
        {
            ReleaseNumber(slot.Channel);
        }

        e = new AmqpEvent(in slot);
        return true;
    }

    // Time never goes back: an earlier moment is taken for the latest one that was seen.
    private void Advance(MonoTime now)
    {
        if (now > _now)
        {
            _now = now;
        }
    }

    private void Write(ushort channel, AmqpMethod method)
    {
        FrameWriter.WriteMethod(_output, channel, method);
        _wroteSinceTick = true;
    }
}
