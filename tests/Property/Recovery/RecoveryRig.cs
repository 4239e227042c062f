using System.Buffers;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>A client made of the engine's recovery alone, on a broker's core, without tasks: one channel publishes from
/// an outbox, another consumes and acknowledges. Its streams can be cut at any byte, in either direction.</summary>
internal sealed class RecoveryRig : IReplayOwner
{
    public const ulong Publisher = 1;
    public const ulong Consumer = 2;

    private readonly ArrayBufferWriter<byte> _toBroker = new();
    private readonly ArrayBufferWriter<byte> _toClient = new();
    private readonly List<BrokerConnection> _dirty = [];
    private readonly Dictionary<ulong, ushort> _numbers = [];
    private readonly List<byte> _body = [];
    private BrokerConnection? _connection;
    private AmqpSession? _session;
    private TopologyReplay? _replay;
    private byte[] _unread = [];
    private EventRecord? _delivery;
    private (long ToBroker, long ToClient) _budget;

    public RecoveryRig(BrokerCore core, RecoveryPolicy? policy = null)
    {
        Core = core;
        Supervisor = new RecoverySupervisor(policy ?? new RecoveryPolicy { Seed = 5 }, 1, MonoTime.Zero);
    }

    public BrokerCore Core { get; }

    public TopologyLedger Ledger { get; init; } = new();

    /// <summary>Called before each connection with its number, from 1.</summary>
    public Action<int>? OnConnecting { get; init; }

    public List<ulong> Channels { get; } = [Publisher, Consumer];

    public ReplayOptions? Options { get; init; }

    public RecoverySupervisor Supervisor { get; }

    public Outbox<string> Outbox { get; } = new(1000, 1 << 20, OutboxMode.Buffer);

    public MonoTime Now { get; private set; }

    /// <summary>How many bytes each connection may carry, in its turn, to the broker and to the client.</summary>
    public Queue<(long ToBroker, long ToClient)> Cuts { get; } = new();

    /// <summary>How many bytes the last connection carried.</summary>
    public (long ToBroker, long ToClient) Carried { get; private set; }

    /// <summary>How many times bytes went to the broker and back on the last connection.</summary>
    public int RoundTrips { get; private set; }

    public int Connections { get; private set; }

    public List<string> Confirmed { get; } = [];

    public HashSet<string> SentTwice { get; } = [];

    /// <summary>What the consumer got, and whether the broker said that it may have had it before.</summary>
    public List<(string Body, bool Redelivered)> Processed { get; } = [];

    public List<(string Name, string NewName)> Renamed { get; } = [];

    public List<(ulong Channel, string Name)> Dropped { get; } = [];

    public List<RecoveryState> States { get; } = [];

    public bool IsReady => Supervisor.State == RecoveryState.Ready;

    /// <summary>Connects, and connects again, until nothing moves any more.</summary>
    public void Run()
    {
        for (int left = 10_000; left > 0; left--)
        {
            if (_session is null)
            {
                if (Supervisor.NextAttempt == MonoTime.Never)
                {
                    return;
                }

                Now = Supervisor.NextAttempt > Now ? Supervisor.NextAttempt : Now;
                Supervisor.OnAttemptStarted();
                Connect();
            }

            if (!RoundTrip())
            {
                return;
            }
        }

        Assert.Fail("it never comes to rest");
    }

    /// <summary>Ends the connection without a word, or as given.</summary>
    public void Lose(StreamEnd end = StreamEnd.Reset)
    {
        _toBroker.ResetWrittenCount();
        _connection!.ReceiveEnd(Now);
        Settle();
        _toClient.ResetWrittenCount();
        EventScope scope = _session!.ReceiveEnd(end, Now);
        Drain(ref scope);
    }

    public void OnChannelOpened(ulong channel, ushort number) => _numbers[channel] = number;

    public void OnDropped(ulong channel, RecoveredEntity entity) => Dropped.Add((channel, entity.Name));

    public void OnQueueRenamed(string name, string newName) => Renamed.Add((name, newName));

    public ushort Number(ulong channel) => _numbers[channel];

    private void Connect()
    {
        Connections++;
        OnConnecting?.Invoke(Connections);
        RoundTrips = 0;
        Carried = default;
        _unread = [];
        _body.Clear();
        _toBroker.ResetWrittenCount();
        _toClient.ResetWrittenCount();
        _budget = Cuts.TryDequeue(out var cut) ? cut : (long.MaxValue, long.MaxValue);
        _connection = Core.Accept(_toClient, Now);
        _session = new AmqpSession(new SessionOptions { Heartbeat = TimeSpan.Zero }, _toBroker, Now);
        _session.Start(Now);
    }

    private bool RoundTrip()
    {
        bool moved = _toBroker.WrittenCount > 0;
        byte[] sent = Take(_toBroker, _budget.ToBroker - Carried.ToBroker, out bool cut);
        Carried = (Carried.ToBroker + sent.Length, Carried.ToClient);
        if (!_connection!.WantsClose)
        {
            var input = new ReadOnlySequence<byte>((byte[])[.. _unread, .. sent]);
            _unread = input.Slice(_connection.Receive(in input, Now)).ToArray();
            Settle();
        }

        if (cut)
        {
            Lose();
            return true;
        }

        moved |= _toClient.WrittenCount > 0;
        RoundTrips += moved ? 1 : 0;
        byte[] got = Take(_toClient, _budget.ToClient - Carried.ToClient, out cut);
        Carried = (Carried.ToBroker, Carried.ToClient + got.Length);
        var bytes = new ReadOnlySequence<byte>(got);
        EventScope scope = _session!.Receive(in bytes, Now);
        Drain(ref scope);
        if (_session is not null && (cut || _connection.WantsClose))
        {
            Lose(cut ? StreamEnd.Reset : StreamEnd.Fin);
            return true;
        }

        Publish();
        return moved || _session is null;
    }

    private static byte[] Take(ArrayBufferWriter<byte> from, long most, out bool isCut)
    {
        isCut = from.WrittenCount >= most;
        byte[] bytes = from.WrittenSpan[..(int)Math.Min(from.WrittenCount, most)].ToArray();
        from.ResetWrittenCount();
        return bytes;
    }

    private void Settle()
    {
        Core.DrainDirty(_dirty);
        _dirty.Clear();
    }

    private void Drain(ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            if (_replay is { IsOver: false } replay && replay.Handle(in e))
            {
                if (replay.IsOver)
                {
                    OnReplayed(replay.Report);
                }

                continue;
            }

            On(e.ToRecord());
        }
    }

    private void On(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                Supervisor.OnConnected(0);
                _replay = new TopologyReplay(Ledger, Channels, this, Options);
                _replay.Start(_session!);
                if (_replay.IsOver)
                {
                    OnReplayed(_replay.Report);
                }

                break;
            case EventKind.Delivery:
                _delivery = e;
                _body.Clear();
                break;
            case EventKind.Body:
                _body.AddRange(e.Body.Bytes.Span);
                if (e.Flag)
                {
                    Processed.Add((Encoding.UTF8.GetString([.. _body]), _delivery!.Redelivered));
                    _session!.Ack(_delivery.Channel, _delivery.DeliveryTag, false);
                }

                break;
            case EventKind.PublishSettled:
                for (ulong sequence = e.FromSequence; sequence <= e.ToSequence; sequence++)
                {
                    Confirmed.Add(Outbox.OnSettled(sequence)!.Message);
                }

                break;
            case EventKind.SessionClosed:
                _session = null;
                _replay = null;
                Outbox.OnLost();
                Supervisor.OnEnded(e.Reason!, Now);
                States.Add(Supervisor.State);
                break;
        }
    }

    private void OnReplayed(RecoveryReport report)
    {
        RecoveryVerdict verdict = Supervisor.OnReplayed(report, Now);
        States.Add(Supervisor.State);
        if (verdict == RecoveryVerdict.Ready)
        {
            Outbox.OnReady();
        }
        else
        {
            _session!.Close(ReplyCode.Success, "", Now);
        }
    }

    private void Publish()
    {
        while (Outbox.TryPeek(out OutboxEntry<string>? entry))
        {
            _session!.Publish(
                Number(Publisher), "x", "k", false, BasicProperties.Empty, Encoding.UTF8.GetBytes(entry.Message),
                out ulong sequence);
            if (entry.Sends > 0)
            {
                SentTwice.Add(entry.Message);
            }

            Outbox.OnSent(sequence);
        }
    }
}
