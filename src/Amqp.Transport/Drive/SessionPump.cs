using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Transport.Consume;

namespace Amqp.Transport.Drive;

/// <summary>The synchronous core of a connection: the engine, its output, the gate that guards both, and where each
/// event goes. It neither waits nor starts a thread; a driver around it does.</summary>
/// <remarks>Everything here needs the <see cref="Gate"/>, unless it says that it takes it. Events are drained under the
/// gate into a
/// <see cref="CompletionBatch"/> which the caller runs afterwards, so that user code never runs inside the
/// engine.</remarks>
internal sealed partial class SessionPump
{
    private readonly IPumpOwner _owner;
    private readonly Clock _clock;
    private readonly int _maxPendingOutput;
    private ReadOnlySequence<byte> _input;
    private AmqpChannel?[] _channels = new AmqpChannel?[8];
    private readonly List<IDispatcher> _staged = [];
    private int _fullConsumers;
    private bool _isHeld;

    public SessionPump(
        SessionOptions options,
        int maxPendingOutput,
        BlockedPolicy blockedPolicy,
        TimeProvider time,
        IPumpOwner owner)
    {
        _owner = owner;
        _clock = new Clock(time);
        Limits = options.Limits;
        BlockedPolicy = blockedPolicy;
        _maxPendingOutput = Math.Min(maxPendingOutput, Limits.MaxOutgoingBytes);
        Session = new AmqpSession(options, Output, _clock.Now);
    }

    public Lock Gate { get; } = new();

    public AmqpSession Session { get; private set; }

    public SlabOutput Output { get; private set; } = new();

    /// <summary>The memory of bodies that are lent to handlers.</summary>
    public BodyPool Bodies { get; } = new();

    public AmqpLimits Limits { get; }

    /// <summary>How many deliveries have begun so far.</summary>
    public long Deliveries { get; private set; }

    /// <summary>Set by the driver before anything else happens.</summary>
    public IDriver Driver { get; set; } = null!;

    /// <summary>Why the session ended, once it has.</summary>
    public SessionEnd? End { get; private set; }

    /// <summary>The I/O error behind the end, for the exceptions.</summary>
    public Exception? EndCause { get; set; }

    public bool IsOver => End is not null;

    /// <summary>Whether reading should stop: a consumer without prefetch is full, or the peer makes us answer and does
    /// not take the answers.</summary>
    public bool WantsPause =>
        ((_fullConsumers > 0 && !IsLifted) || _owesTooMuch) && Session.State == ConnectionState.Open;

    public MonoTime Now => _clock.Now;

    /// <summary>Feeds bytes to the engine and routes what they mean. Takes the gate.</summary>
    public void Receive(
        IDriver driver,
        in ReadOnlySequence<byte> input,
        CompletionBatch batch,
        out SequencePosition consumed,
        out SequencePosition examined)
    {
        lock (Gate)
        {
            if (driver != Driver)
            {
                (consumed, examined) = (input.End, input.End); // a stream that was left behind
                return;
            }

            _input = input;
            long before = Output.PendingBytes;
            EventScope scope = Session.Receive(in input, _clock.Now);
            Drain(ref scope, batch);
            consumed = scope.Consumed;
            examined = scope.Examined;
            _input = default;
            CountReplies(Output.PendingBytes - before);
            CheckReplies();
            CheckLifted();
            AfterInput();
        }
    }

    /// <summary>Tells the engine that the stream ended. Takes the gate.</summary>
    public void ReceiveEnd(IDriver driver, StreamEnd end, Exception? cause, CompletionBatch batch)
    {
        lock (Gate)
        {
            if (IsOver || driver != Driver)
            {
                return;
            }

            EndCause ??= cause;
            EventScope scope = Session.ReceiveEnd(end, _clock.Now);
            Drain(ref scope, batch);
            AfterInput();
        }
    }

    /// <summary>Tells the engine the time. Early calls do no harm. Takes the gate.</summary>
    public void Elapse(CompletionBatch batch)
    {
        lock (Gate)
        {
            if (IsOver)
            {
                return;
            }

            EventScope scope = Session.Elapse(_clock.Now);
            Drain(ref scope, batch);
            AfterInput();
        }
    }

    /// <summary>Drains what commands made due.</summary>
    public void DrainCommands(CompletionBatch batch)
    {
        EventScope scope = Session.Events();
        Drain(ref scope, batch);
        AfterInput();
    }

    public void Register(AmqpChannel channel)
    {
        if (channel.Number >= _channels.Length)
        {
            Array.Resize(ref _channels, Math.Max(channel.Number + 1, _channels.Length * 2));
        }

        _channels[channel.Number] = channel;
    }

    /// <summary>Forgets a channel by its number.</summary>
    public void Unregister(AmqpChannel channel)
    {
        if (Find((ushort)channel.Number) == channel)
        {
            _channels[channel.Number] = null;
        }
    }

    /// <summary>Counts consumers whose buffer is full.</summary>
    public void CountFull(int change)
    {
        _fullConsumers += change;
        _isStuck &= _fullConsumers > 0;
        Driver.UpdatePause();
    }

    /// <summary>Gives the bytes of a span that lies in the current input as memory, which can be kept until the input
    /// is released.</summary>
    public bool TryFindInInput(ReadOnlySpan<byte> span, out ReadOnlyMemory<byte> memory)
    {
        foreach (ReadOnlyMemory<byte> segment in _input)
        {
            if (segment.Span.Overlaps(span, out int offset) && offset >= 0 && offset + span.Length <= segment.Length)
            {
                memory = segment.Slice(offset, span.Length);
                return true;
            }
        }

        memory = default;
        return false;
    }

    /// <summary>Adds work for a dispatcher, which gets it at the end of the input.</summary>
    public void Stage(IDispatcher dispatcher, in DispatchItem item)
    {
        if (dispatcher.Stage(in item))
        {
            _staged.Add(dispatcher);
        }
    }

    private AmqpChannel? Find(ushort number) => number < _channels.Length ? _channels[number] : null;

    private void AfterInput()
    {
        foreach (IDispatcher dispatcher in _staged)
        {
            dispatcher.FlushStaged();
        }

        _staged.Clear();
        if (IsOver)
        {
            Driver.BeginTearDown();
            return;
        }

        Driver.UpdateTimer();
    }
}
