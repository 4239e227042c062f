using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.Transport.Connect;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Recover;

/// <summary>What makes a lost connection again: the ledger of its topology, the decisions of a
/// <see cref="RecoverySupervisor"/>, and the loop that carries them out. Everything that is not the loop needs the
/// connection's gate.</summary>
internal sealed partial class ConnectionRecovery : IReplayOwner
{
    private readonly AmqpConnection _connection;
    private readonly SessionPump _pump;
    private readonly AmqpRecoveryOptions _options;
    private readonly RecoverySupervisor _supervisor;
    private readonly SortedDictionary<ulong, AmqpChannel> _channels = [];
    private readonly Dictionary<ulong, ushort> _opened = [];
    private readonly Queue<RpcCall> _held = new();
    private readonly List<(ulong Channel, RecoveredEntity Entity)> _dropped = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ulong _seed;
    private IConnector? _connector;
    private TaskCompletionSource _ready = NewSource();
    private TaskCompletionSource<RecoveryVerdict?> _outcome = new();
    private RecoveryPhase _phase = RecoveryPhase.Connecting;
    private AmqpException? _lastError;
    private RecoveryReport? _lastReport;
    private long _lastMessageId;

    public ConnectionRecovery(AmqpConnection connection, SessionPump pump, AmqpRecoveryOptions options)
    {
        _connection = connection;
        _pump = pump;
        _options = options;
        _seed = connection.Options.SeedOf(options.Policy);
        _supervisor = new RecoverySupervisor(
            options.Policy with { Seed = _seed }, connection.Options.Endpoints.Length, pump.Now);
    }

    public TopologyLedger Ledger { get; } = new();

    /// <summary>Where the connection stands. Takes the gate.</summary>
    public RecoveryState State
    {
        get
        {
            lock (_pump.Gate)
            {
                return _supervisor.State;
            }
        }
    }

    /// <summary>Ends when the connection can be used; fails when it has closed for good. Thread-safe.</summary>
    public Task Ready => Volatile.Read(ref _ready).Task;

    /// <summary>Ends when the connection has closed for good.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What the last recovery did. Takes the gate.</summary>
    public RecoveryReport? LastReport
    {
        get
        {
            lock (_pump.Gate)
            {
                return _lastReport;
            }
        }
    }

    /// <summary>Connects for the first time.</summary>
    public static async Task<AmqpConnection> ConnectAsync(
        AmqpConnectionOptions options, IConnector connector, CancellationToken cancellationToken)
    {
        AmqpConnection connection = await new ConnectLoop(options, connector).RunAsync(cancellationToken)
            .ConfigureAwait(false);
        connection.StartRecovering(connector);
        return connection;
    }

    /// <summary>The connection is open for the first time, or has ended again already.</summary>
    public void Start(IConnector connector)
    {
        var batch = new CompletionBatch();
        lock (_pump.Gate)
        {
            _connector = connector;
            _supervisor.OnAttemptStarted();
            _supervisor.OnConnected(IndexOf(_connection.Endpoint));
            _supervisor.OnReplayed(RecoveryReport.Empty, _pump.Now);
            _supervisor.OnBlocked(_pump.IsBlocked);
            _phase = RecoveryPhase.Ready;
            TaskCompletionSource ready = _ready;
            batch.Defer(() => ready.TrySetResult());
            if (_pump.End is { } end)
            {
                _connection.SetClosed(null);
                TryContinue(end, Reasons.ForConnection(end, _pump.EndCause), batch);
            }
        }

        batch.Run(_connection.Logger);
    }

    public string NextMessageId() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{_seed:x16}-{Interlocked.Increment(ref _lastMessageId)}");

    public void Add(AmqpChannel channel) => _channels.Add(channel.Id, channel);

    public void Remove(AmqpChannel channel)
    {
        if (_channels.Remove(channel.Id))
        {
            Ledger.ForgetChannel(channel.Id);
        }
    }

    public void Record(RpcCall call, AmqpMethod reply)
    {
        if (call.Channel is { } channel && !(call.IsAbandoned && call.Request is BasicConsume))
        {
            Ledger.Record(channel.Id, call.Request!, reply);
        }
    }

    public void OnBlocked(bool isBlocked)
    {
        RecoveryState before = _supervisor.State;
        _supervisor.OnBlocked(isBlocked);
        RaiseIfChanged(before);
    }

    /// <summary>Keeps a call until the connection is ready. False when it never will be.</summary>
    public bool TryHold(RpcCall call)
    {
        if (_phase == RecoveryPhase.Closed)
        {
            return false;
        }

        call.IsHeld = true;
        _held.Enqueue(call);
        return true;
    }

    public bool WillRecover(SessionEnd reason) =>
        _phase is RecoveryPhase.Connecting or RecoveryPhase.Waiting || _supervisor.WouldRecover(reason);

    /// <summary>A session has ended.</summary>
    /// <returns>False when that is the end of the connection.</returns>
    public bool TryContinue(SessionEnd reason, AmqpException error, CompletionBatch batch)
    {
        if (_phase is RecoveryPhase.Connecting or RecoveryPhase.Waiting or RecoveryPhase.Closed)
        {
            return _connector is not null; // whoever tries to connect, or has closed it, sees to what follows
        }

        RecoveryState before = _supervisor.State;
        bool wasReady = _phase == RecoveryPhase.Ready;
        _lastError = error;
        _supervisor.OnEnded(reason, _pump.Now);
        _phase = RecoveryPhase.Waiting;
        if (wasReady)
        {
            if (_supervisor.State == RecoveryState.Closed)
            {
                RaiseIfChanged(before);
                Close(reason, error, batch);
                batch.Defer(() => _ = CompleteAsync());
                return false;
            }

            _pump.Suspend();
            Volatile.Write(ref _ready, NewSource());
            batch.Defer(() => _ = RunAsync());
        }
        else
        {
            TaskCompletionSource<RecoveryVerdict?> outcome = _outcome;
            batch.Defer(() => outcome.TrySetResult(null));
        }

        RaiseIfChanged(before);
        return true;
    }

    /// <summary>The application closes the connection. False when there is a session to be closed.</summary>
    public bool TryStop()
    {
        if (!_pump.IsSuspended)
        {
            return false;
        }

        if (_phase != RecoveryPhase.Closed)
        {
            _supervisor.Close();
            ThreadPool.UnsafeQueueUserWorkItem(static stop => stop.Cancel(), _stop, preferLocal: false);
        }

        return true;
    }

    /// <summary>The replay has come to its end, in whatever way.</summary>
    public void OnReplayed(RecoveryReport report, CompletionBatch batch)
    {
        RecoveryState before = _supervisor.State;
        _lastReport = report;
        RecoveryVerdict verdict = _supervisor.OnReplayed(report, _pump.Now);
        int attempts = _supervisor.Attempts;
        TaskCompletionSource<RecoveryVerdict?> outcome = _outcome;
        if (verdict == RecoveryVerdict.Ready)
        {
            _phase = RecoveryPhase.Ready;
            CloseOrphans();
            EndDropped(batch);
            _pump.Resume(batch);
            SendHeld(batch);
            TaskCompletionSource ready = _ready;
            RaiseIfChanged(before);
            _connection.RaiseRecovered(report);
            batch.Defer(() =>
            {
                Log.Recovered(_connection.Logger, attempts, report.ToString());
                ready.TrySetResult();
            });
        }
        else
        {
            batch.Defer(() => Log.NotRestored(_connection.Logger, report.ToString()));
        }

        batch.Defer(() => outcome.TrySetResult(verdict));
    }

    void IReplayOwner.OnChannelOpened(ulong channel, ushort number)
    {
        _opened[channel] = number;
        if (_channels.TryGetValue(channel, out AmqpChannel? mine))
        {
            mine.Relink(number);
        }
    }

    void IReplayOwner.OnDropped(ulong channel, RecoveredEntity entity) => _dropped.Add((channel, entity));

    void IReplayOwner.OnQueueRenamed(string name, string newName)
    {
        foreach (AmqpChannel channel in _channels.Values)
        {
            channel.RenameQueue(name, newName);
        }

        _connection.RaiseRenamed(name, newName);
    }

    // The connection goes on without them, and whoever waits for them is told.
    private void EndDropped(CompletionBatch batch)
    {
        foreach ((ulong id, RecoveredEntity entity) in _dropped)
        {
            if (!_channels.TryGetValue(id, out AmqpChannel? channel))
            {
                continue;
            }

            if (entity.Kind == EntityKind.Consumer)
            {
                channel.DropConsumer(entity, batch);
            }
            else
            {
                channel.OnClosed(
                    new SessionEnd(
                        SessionEndKind.ChannelError, CloseInitiator.Peer, entity.Code,
                        $"The channel was not restored: {entity.Text}", 0, _pump.Session.State),
                    batch);
            }
        }
    }

    private void SendHeld(CompletionBatch batch)
    {
        while (_held.TryDequeue(out RpcCall? call))
        {
            if (call.IsAbandoned)
            {
                continue;
            }

            call.IsHeld = false;
            AmqpException? error = call.Channel is { HasEnded: true } ended
                ? ended.WhyClosed()
                : _connection.Send(call);
            if (error is not null)
            {
                batch.Add(call, error);
            }
        }
    }

    // Channels that the application closed while they were being opened.
    private void CloseOrphans()
    {
        foreach ((ulong channel, ushort number) in _opened)
        {
            if (!_channels.ContainsKey(channel))
            {
                _pump.Session.CloseChannel(number, ReplyCode.Success, "Its owner has closed it.", out RequestId _);
            }
        }
    }

    private void RaiseIfChanged(RecoveryState before)
    {
        if (_supervisor.State != before)
        {
            _connection.Raise(_supervisor.State);
        }
    }

    private int IndexOf(AmqpEndpoint endpoint)
    {
        var endpoints = _connection.Options.Endpoints;
        for (int i = 0; i < endpoints.Length; i++)
        {
            if (endpoints[i].Host == endpoint.Host && endpoints[i].Port == endpoint.Port)
            {
                return i;
            }
        }

        return 0;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
