using System.Buffers;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <summary>
/// RabbitMQ as a pure state machine: bytes and time in, bytes out. No I/O, no threads, no clock; equal seeds and
/// equal inputs give equal outputs. One caller at a time: the owner locks, and may lock once for all connections.
/// </summary>
/// <remarks>
/// After every input call <see cref="DrainDirty"/>: an input on one connection may produce output on others. Each
/// connection appends to the writer it was accepted with. Operators' calls are inputs too; call <see cref="Elapse"/>
/// before one, so that the broker knows what time it is.
/// </remarks>
public sealed partial class BrokerCore
{
    private static readonly DateTimeOffset s_firstDay = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What the broker wraps around a client's tables itself, in traced messages.</summary>
    private const int DepthOfOwnTables = 8;

    private readonly SortedDictionary<string, VirtualHost> _virtualHosts = new(StringComparer.Ordinal);
    private readonly List<BrokerConnection> _connections = [];
    private readonly List<BrokerConnection> _dirty = [];
    private readonly TimerHeap _timers = new();
    private ulong _nextConnectionNumber = 1;
    private ulong _lastMessageNumber;

    /// <summary>Makes a broker with its virtual hosts and nothing declared but the predeclared exchanges.</summary>
    /// <param name="options">Identity, accounts and limits; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public BrokerCore(BrokerOptions? options = null)
    {
        Options = options ?? new BrokerOptions();
        Options.Validate();
        Names = new NameGenerator(Options.Seed);
        MaxMessageSize = Options.MaxMessageSize ?? Profile.MaxMessageSize;
        ConsumerTimeout = Options.ConsumerTimeout;
        ConsumerTimeoutInterval = Options.ConsumerTimeoutInterval;
        Limits = AmqpLimits.Default with
        {
            MaxBodySize = Array.MaxLength,
            MaxTableEntries = int.MaxValue, // The frame bounds them, as in RabbitMQ.
            MaxTableDepth = AmqpLimits.HighestTableDepth - DepthOfOwnTables,
        };
        AckSweep = new AckTimeoutSweep(this);
        Journal = new Journal.BrokerJournal(Options.JournalLength, Options.JournalOctets);
        foreach (string name in Options.VirtualHosts)
        {
            _virtualHosts.TryAdd(name, new VirtualHost(this, name));
        }

        foreach (BrokerUser user in Options.Users)
        {
            UserAccount account = Access.Put(user);
            foreach (string name in user.VirtualHosts ?? Options.VirtualHosts)
            {
                account.Permissions[name] = new PermissionSet(BrokerPermissions.All);
            }
        }
    }

    /// <summary>The options the broker was made with.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The release of RabbitMQ that it behaves like.</summary>
    public BrokerProfile Profile => Options.Profile;

    /// <summary>The connections that have not ended, in the order they were accepted.</summary>
    public IReadOnlyList<BrokerConnection> Connections => _connections;

    /// <summary>The number of the newest message, dead letters included; 0 before the first.</summary>
    public ulong LastMessageNumber => _lastMessageNumber;

    /// <summary>The broker's date and time, as of the last input.</summary>
    public DateTimeOffset UtcNow => (Options.Epoch ?? s_firstDay) + (Now - MonoTime.Zero);

    /// <summary>Is told what happens to messages; null for nobody.</summary>
    public IBrokerObserver? Observer { get; set; }

    /// <summary>
    /// When <see cref="Elapse"/> has something to do; <see cref="MonoTime.Never"/> when nothing waits. May be early.
    /// </summary>
    public MonoTime NextDeadline => _timers.Next;

    internal NameGenerator Names { get; }

    internal AmqpLimits Limits { get; }

    /// <summary>Who consumes direct replies, by the address that stands for it.</summary>
    internal Dictionary<string, ChannelModel> ReplyConsumers { get; } = new(StringComparer.Ordinal);

    internal AccessControl Access { get; } = new();

    internal AckTimeoutSweep AckSweep { get; }

    /// <summary>The latest time any input carried.</summary>
    internal MonoTime Now { get; private set; }

    /// <summary>The broker's date and time, in seconds since 1970.</summary>
    internal ulong UnixSeconds => (ulong)UtcNow.ToUnixTimeSeconds();

    /// <summary>Takes a new stream; the peer is to send the protocol header first.</summary>
    /// <param name="output">Where the connection appends its bytes, from inside any input to this broker.</param>
    /// <param name="now">The time of the input.</param>
    /// <param name="name">
    /// The connection's name, "127.0.0.1:50000 -> 127.0.0.1:5672" for instance; null lets the broker invent one.
    /// </param>
    /// <returns>The connection; it has ended already when the broker is stopped.</returns>
    public BrokerConnection Accept(IBufferWriter<byte> output, MonoTime now, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        Advance(now);
        BrokerConnection connection = new(this, output, _nextConnectionNumber++, name);
        _connections.Add(connection);
        Arm(connection);
        if (!IsRunning)
        {
            connection.Drop();
        }

        return connection;
    }

    /// <summary>
    /// Acts on what is due: heartbeats, silent peers, overdue closes, expiry. Always allowed early.
    /// </summary>
    /// <param name="now">The time of the input.</param>
    public void Elapse(MonoTime now)
    {
        Advance(now);
        while (_timers.TryTake(Now, out ITimed timed))
        {
            timed.Elapse();
            _timers.Arm(timed);
        }
    }

    /// <summary>
    /// Moves the connections that got output, want closing or may be read again since the last call to a list.
    /// </summary>
    /// <param name="connections">Receives them, in the order they were touched.</param>
    /// <returns>How many were added.</returns>
    public int DrainDirty(List<BrokerConnection> connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        int count = _dirty.Count;
        foreach (BrokerConnection connection in _dirty)
        {
            connection.IsDirty = false;
            connections.Add(connection);
        }

        _dirty.Clear();
        return count;
    }

    internal bool TryGetVirtualHost(string name, out VirtualHost virtualHost) =>
        _virtualHosts.TryGetValue(name, out virtualHost!);

    internal void Advance(MonoTime now)
    {
        if (now > Now)
        {
            Now = now;
        }
    }

    /// <summary>Makes sure that it is called when its deadline comes.</summary>
    internal void Arm(ITimed timed) => _timers.Arm(timed);

    /// <summary>It has nothing to do any more and is not kept for its deadline.</summary>
    internal void Disarm(ITimed timed) => _timers.Disarm(timed);

    internal ulong NextMessageNumber() => ++_lastMessageNumber;

    internal void Note(BrokerEventKind kind, ulong message, string virtualHost, string name)
    {
        if (Observer is { } observer)
        {
            observer.OnEvent(new BrokerEvent(kind, message, virtualHost, name, null));
        }
    }

    internal void MarkDirty(BrokerConnection connection)
    {
        if (!connection.IsDirty)
        {
            connection.IsDirty = true;
            _dirty.Add(connection);
        }
    }

    internal void Forget(BrokerConnection connection) => _connections.Remove(connection);
}
