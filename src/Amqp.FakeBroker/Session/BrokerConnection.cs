using System.Buffers;
using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <summary>
/// The broker's side of one stream. Inputs: bytes, end of stream, and time by way of <see cref="BrokerCore.Elapse"/>.
/// One caller at a time for the whole broker.
/// </summary>
public sealed partial class BrokerConnection : ITimed
{
    private const int FirstPort = 49152;
    private const int PortCount = 16384;

    private readonly BrokerCore _core;
    private readonly IBufferWriter<byte> _output;
    private readonly SortedDictionary<ushort, ChannelModel> _channels = [];
    private readonly List<QueueModel> _exclusiveQueues = [];
    private ConnectionPhase _phase = ConnectionPhase.AwaitingHeader;
    private VirtualHost? _virtualHost;
    private UserAccount? _user;

    internal BrokerConnection(BrokerCore core, IBufferWriter<byte> output, ulong number, string? name)
    {
        _core = core;
        _output = output;
        Number = number;
        _frameMax = core.Profile.SmallestFrameMax;
        Name = name ?? string.Create(
            CultureInfo.InvariantCulture,
            $"127.0.0.1:{FirstPort + (number % PortCount)} -> 127.0.0.1:5672");
        AcceptedAt = core.Now;
        _lastReceived = core.Now;
        _lastSent = core.Now;
        _phaseDeadline = core.Now + core.Options.HandshakeTimeout;
    }

    /// <summary>The connection's number, from 1 in the order of acceptance.</summary>
    public ulong Number { get; }

    /// <summary>The connection's name, "client address -> server address".</summary>
    public string Name { get; }

    /// <summary>What the client said about itself; empty before it did.</summary>
    public FieldTable ClientProperties { get; private set; } = FieldTable.Empty;

    /// <summary>The virtual host it opened; empty before.</summary>
    public string VirtualHost => _virtualHost?.Name ?? "";

    /// <summary>When the connection was accepted.</summary>
    public MonoTime AcceptedAt { get; }

    /// <summary>The agreed longest frame, in octets.</summary>
    public int FrameMax => _frameMax;

    /// <summary>The agreed most channels; 0 before.</summary>
    public int ChannelMax => _channelMax;

    /// <summary>The agreed heartbeat; zero for none.</summary>
    public TimeSpan Heartbeat => _heartbeat;

    /// <summary>Octets received from the peer so far.</summary>
    public long OctetsReceived { get; private set; }

    /// <summary>True while an alarm keeps this connection from publishing.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>The open channels by number.</summary>
    public IReadOnlyList<ChannelInfo> Channels => [.. _channels.Values.Select(Describe)];

    /// <summary>True when the host must flush what was appended and then close the stream.</summary>
    public bool WantsClose => _phase == ConnectionPhase.Ended;

    /// <summary>
    /// True while an alarm, or output that the peer asked for and does not take, keeps the broker from reading the
    /// stream. Bytes given to <see cref="Receive"/> are not consumed; give them again when the connection comes back
    /// from <see cref="BrokerCore.DrainDirty"/> with this off.
    /// </summary>
    public bool IsReadSuspended => (IsBlocked || IsReadHeld) && _phase < ConnectionPhase.CloseOkSent;

    /// <summary>True once connection.open succeeded and until the connection closes.</summary>
    public bool IsOpen => _phase == ConnectionPhase.Running;

    /// <summary>The authenticated user's name; empty before.</summary>
    public string UserName => _user?.Name ?? "";

    internal bool IsDirty { get; set; }

    /// <summary>What the host keeps for this connection.</summary>
    internal object? Host { get; set; }

    MonoTime ITimed.ArmedFor { get; set; } = MonoTime.Never;

    private BrokerOptions Options => _core.Options;

    /// <summary>Takes bytes from the peer.</summary>
    /// <param name="input">Everything not consumed so far, in order.</param>
    /// <param name="now">The time of the input.</param>
    /// <returns>Up to where the input is consumed; what is left must be part of the next input.</returns>
    public SequencePosition Receive(in ReadOnlySequence<byte> input, MonoTime now)
    {
        _core.Advance(now);
        _lastReceived = _core.Now;
        ReadOnlySequence<byte> rest = input;
        while (!rest.IsEmpty && !IsReadSuspended)
        {
            if (_phase >= ConnectionPhase.CloseOkSent)
            {
                return rest.End;
            }

            int used = ReceiveSpan(rest.FirstSpan);
            if (used == 0 && !rest.IsSingleSegment)
            {
                used = ReceiveStraddling(rest);
            }

            if (used == 0)
            {
                break;
            }

            rest = rest.Slice(used);
        }

        FlushConfirms();
        SequencePosition consumed = _phase >= ConnectionPhase.CloseOkSent ? input.End : rest.Start;
        OctetsReceived += input.Slice(input.Start, consumed).Length;
        return consumed;
    }

    /// <summary>
    /// Takes the end of the peer's stream, for whatever reason it ended. Unacknowledged messages go back.
    /// </summary>
    /// <param name="now">The time of the input.</param>
    public void ReceiveEnd(MonoTime now)
    {
        _core.Advance(now);
        End();
    }

    /// <summary>
    /// Tells the broker that the peer does not take its output (or does again): deliveries pause, like those of a
    /// broker whose socket is full. What the peer sends is still read, or its heartbeats would go unheard. Hosts
    /// without a bound on output need not call it.
    /// </summary>
    /// <param name="isCongested">True to pause deliveries.</param>
    public void SetOutputCongested(bool isCongested)
    {
        if (IsCongested == isCongested)
        {
            return;
        }

        IsCongested = isCongested;
        if (!isCongested)
        {
            _core.MarkDirty(this);
        }

        if (!isCongested && _phase == ConnectionPhase.Running)
        {
            ChannelModel[] channels = [.. _channels.Values];
            foreach (ChannelModel channel in channels)
            {
                WakeConsumers(channel);
            }
        }
    }

    internal bool IsCongested { get; private set; }

    /// <summary>
    /// True while so much output waits that nothing more is read, since even answers would be too much.
    /// </summary>
    internal bool IsReadHeld { get; private set; }

    /// <summary>True when the connection was ended because nothing was heard of the peer for too long.</summary>
    internal bool IsPeerLost { get; private set; }

    /// <summary>Stops reading for the output that waits, or lets it go on.</summary>
    internal void HoldReading(bool isHeld)
    {
        if (IsReadHeld != isHeld)
        {
            IsReadHeld = isHeld;
            _lastReceived = _core.Now;
            _core.MarkDirty(this);
        }
    }

    /// <summary>The connection is over: everything it held is released, and the host is to close the stream.</summary>
    private void End()
    {
        if (_phase == ConnectionPhase.Ended)
        {
            return;
        }

        ReleaseAll();
        Note(Journal.JournalKind.ConnectionEnded, 0, UserName);
        IsBlocked = false;
        _phase = ConnectionPhase.Ended;
        _core.Disarm(this);
        _core.Forget(this);
        _core.MarkDirty(this);
    }

    /// <summary>Closes every channel, then deletes the exclusive queues, oldest first.</summary>
    private void ReleaseAll()
    {
        ChannelModel[] channels = [.. _channels.Values];

        // All consumers leave before anything is requeued, or messages would move between channels that are both
        // closing.
        foreach (ChannelModel channel in channels)
        {
            DetachConsumers(channel);
        }

        foreach (ChannelModel channel in channels)
        {
            _channels.Remove(channel.Number);
            ReleaseChannel(channel);
        }

        QueueModel[] queues = [.. _exclusiveQueues];
        _exclusiveQueues.Clear();
        foreach (QueueModel queue in queues)
        {
            queue.VirtualHost.DeleteQueue(queue);
        }
    }

    private ChannelInfo Describe(ChannelModel channel) => new(
        Number,
        channel.Number,
        channel.Consumers.Count,
        channel.Unacked.Count,
        channel.Prefetch,
        channel.GlobalPrefetch,
        channel.IsConfirming,
        channel.Transaction is not null,
        channel.Transaction?.Publishes.Count ?? 0);
}
