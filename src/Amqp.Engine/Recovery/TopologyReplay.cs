using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

/// <summary>
/// Makes on a new session what a ledger lists: exchanges, queues and bindings on a channel of its own, with many
/// declares in flight; then the owner's channels with their settings, and last the consumers. Sans-I/O: it gives
/// commands to a session and reads that session's events. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Call <see cref="Start"/> once the session is open, and <see cref="Handle"/> with every event until
/// <see cref="IsOver"/>. When the session ends before, drop the replay and make another one for the next session: what
/// was made already is declared again, which changes nothing, and names that the broker gave are in the ledger.</para>
/// <para>The broker closes a channel at the first error and drops what was sent behind it. The channel is then opened
/// again and the replay goes on behind the entity that failed, so every entity has an outcome of its own.</para>
/// <para>No consumer is started before everything is declared, so that handlers find what they publish to.</para>
/// </remarks>
public sealed partial class TopologyReplay
{
    private readonly TopologyLedger _ledger;
    private readonly IReplayOwner _owner;
    private readonly ReplayOptions _options;
    private readonly ReplayLine _declares = new();
    private readonly List<ReplayLine> _channels = [];
    private readonly Dictionary<string, ReplayStep> _unnamed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private AmqpSession? _session;
    private bool _hasDeclared;

    /// <summary>Plans to restore what a ledger lists now.</summary>
    /// <param name="ledger">The ledger; queues are renamed in it as the broker names them.</param>
    /// <param name="channels">The owner's channels to open, also those without settings and consumers.</param>
    /// <param name="owner">Who is told of channel numbers and queue names.</param>
    /// <param name="options">What to restore; null for everything.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TopologyReplay(
        TopologyLedger ledger, IEnumerable<ulong> channels, IReplayOwner owner, ReplayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(owner);
        _ledger = ledger;
        _owner = owner;
        _options = options ?? ReplayOptions.Default;
        _options.Validate();
        PlanDeclares();
        PlanChannels(channels);
    }

    /// <summary>Whether every entity has its outcome.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What became of each entity so far.</summary>
    public RecoveryReport Report => new(
    [
        .. _declares.Steps
            .Concat(_channels.Select(static each => each.Entity!))
            .Concat(_channels.SelectMany(static each => each.Steps).Where(static each => each.IsEntity))
            .Select(static each => each.Entity),
    ]);

    /// <summary>Sends the first commands.</summary>
    /// <param name="session">An open session.</param>
    /// <exception cref="InvalidOperationException">The session is not open, or the replay was started
    /// before.</exception>
    public void Start(AmqpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_session is not null || session.State != ConnectionState.Open)
        {
            throw new InvalidOperationException("A replay starts once, on an open session.");
        }

        _session = session;
        _hasDeclared = _declares.Steps.All(static each => !each.IsPending);
        if (!_hasDeclared)
        {
            Open(_declares);
        }

        Proceed();
    }

    /// <summary>Takes an event of the session.</summary>
    /// <param name="e">Any event.</param>
    /// <returns>Whether it was the replay's own, so that nobody else needs to see it.</returns>
    public bool Handle(in AmqpEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.CallCompleted when FindLine(e.Channel) is { } line:
                return OnCompleted(line, e.Request, e.Method!);
            case EventKind.CallFailed when FindLine(e.Channel) is { } line:
                return OnFailed(line, e.Request, e.Failure, e.Reason!);
            case EventKind.ChannelClosed when FindLine(e.Channel) is { } line:
                return OnClosed(line, e.Reason!);
            default:
                return false;
        }
    }

    private ReplayLine? FindLine(ushort number)
    {
        if (number == 0)
        {
            return null;
        }

        if (_declares.Number == number)
        {
            return _declares;
        }

        foreach (ReplayLine line in _channels)
        {
            if (line.Number == number)
            {
                return line;
            }
        }

        return null;
    }

    private bool OnCompleted(ReplayLine line, RequestId id, AmqpMethod reply)
    {
        if (line.Opening == id && !line.IsOpen)
        {
            line.IsOpen = true;
            _session!.SetCallWindow(line.Number, _options.Window);
            if (line.Entity is { } entity && line.Settings == 0)
            {
                entity.Restored();
            }
        }
        else if (line.Sent.TryPeek(out (RequestId Id, int Step) head) && head.Id == id)
        {
            line.Sent.Dequeue();
            line.HasProgress = true;
            OnRestored(line, head.Step, reply);
        }
        else
        {
            return false;
        }

        Proceed();
        return true;
    }

    private bool OnFailed(ReplayLine line, RequestId id, CallFailure failure, SessionEnd reason)
    {
        if (line.Opening == id && !line.IsOpen)
        {
            return true; // the end of the channel follows
        }

        if (!line.Sent.TryPeek(out (RequestId Id, int Step) head) || head.Id != id)
        {
            return false;
        }

        line.Sent.Dequeue();
        if (failure == CallFailure.Refused)
        {
            line.HasProgress = true;
            Fail(line, line.Steps[head.Step], reason.Code, reason.Text);
        }
        else
        {
            line.Next = Math.Min(line.Next, head.Step); // this one and all behind it are sent again
        }

        return true;
    }

    // A channel of ours has ended. Without progress it would end for ever, whatever the reason is.
    // With the session all ends, and its owner is told.
    private bool OnClosed(ReplayLine line, SessionEnd reason)
    {
        if (IsOver || _session!.State == ConnectionState.Closed)
        {
            return false;
        }

        bool hadProgress = line.HasProgress;
        line.Number = 0;
        line.IsOpen = false;
        line.HasProgress = false;
        if (line != _declares || !_hasDeclared)
        {
            if (!hadProgress && line.Steps.Find(static each => each.IsPending) is { } blamed)
            {
                Fail(line, blamed, reason.Code, reason.Text);
            }

            Restart(line, reason);
        }

        Proceed();
        return true;
    }

    private void Proceed()
    {
        if (!_hasDeclared)
        {
            Send(_declares);
            _hasDeclared = _declares.IsDone;
            if (_hasDeclared && _declares.IsOpen)
            {
                _session!.CloseChannel(_declares.Number, ReplyCode.Success, "Recovered.", out _);
            }
        }

        bool isOver = _hasDeclared;
        foreach (ReplayLine line in _channels)
        {
            OpenInTurn(line);
            Send(line);
            isOver &= !line.Entity!.IsPending && line.IsDone;
        }

        if (isOver)
        {
            End();
        }
    }

    // Calls of the owner's are sent one after the other again.
    private void End()
    {
        IsOver = true;
        foreach (ReplayLine line in _channels)
        {
            _session!.SetCallWindow(line.Number, 1);
            foreach (ReplayStep step in line.Steps.Where(static each => each.IsEntity).Prepend(line.Entity!))
            {
                if (step.Entity.Outcome != EntityOutcome.Restored)
                {
                    _owner.OnDropped(line.Owner, step.Entity);
                }
            }
        }
    }
}
