using System.Buffers;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <summary>
/// RabbitMQ as a pure state machine: bytes and time in, bytes out. No I/O, no threads, no clock; equal seeds and
/// equal inputs give equal outputs. One caller at a time: the owner locks, and may lock once for all connections.
/// </summary>
/// <remarks>
/// After every input call <see cref="DrainDirty"/>: an input on one connection may produce output on others. Each
/// connection appends to the writer it was accepted with.
/// </remarks>
public sealed class BrokerCore
{
    private readonly Dictionary<string, VirtualHost> _virtualHosts = new(StringComparer.Ordinal);
    private readonly List<BrokerConnection> _connections = [];
    private readonly List<BrokerConnection> _dirty = [];
    private ulong _nextConnectionNumber = 1;

    /// <summary>Makes a broker with its virtual hosts and nothing declared but the predeclared exchanges.</summary>
    /// <param name="options">Identity, accounts and limits; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public BrokerCore(BrokerOptions? options = null)
    {
        Options = options ?? new BrokerOptions();
        Options.Validate();
        Names = new NameGenerator(Options.Seed);
        Limits = AmqpLimits.Default with { MaxBodySize = Math.Max(1, Options.MaxMessageSize) };
        foreach (string name in Options.VirtualHosts)
        {
            _virtualHosts.TryAdd(name, new VirtualHost(name));
        }
    }

    /// <summary>The options the broker was made with.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The connections that have not ended, in the order they were accepted.</summary>
    public IReadOnlyList<BrokerConnection> Connections => _connections;

    /// <summary>True while the memory alarm is on.</summary>
    public bool HasMemoryAlarm { get; private set; }

    /// <summary>
    /// When <see cref="Elapse"/> has something to do; <see cref="MonoTime.Never"/> when nothing waits. May be early.
    /// </summary>
    public MonoTime NextDeadline { get; private set; } = MonoTime.Never;

    internal NameGenerator Names { get; }

    internal AmqpLimits Limits { get; }

    /// <summary>The latest time any input carried.</summary>
    internal MonoTime Now { get; private set; }

    /// <summary>Takes a new stream; the peer is to send the protocol header first.</summary>
    /// <param name="output">Where the connection appends its bytes, from inside any input to this broker.</param>
    /// <param name="now">The time of the input.</param>
    public BrokerConnection Accept(IBufferWriter<byte> output, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(output);
        Advance(now);
        BrokerConnection connection = new(this, output, _nextConnectionNumber++);
        _connections.Add(connection);
        Schedule(connection.NextDeadline);
        return connection;
    }

    /// <summary>Acts on what is due: heartbeats, silent peers, overdue closes. Always allowed early.</summary>
    /// <param name="now">The time of the input.</param>
    public void Elapse(MonoTime now)
    {
        Advance(now);
        if (now < NextDeadline)
        {
            return;
        }

        BrokerConnection[] connections = [.. _connections];
        foreach (BrokerConnection connection in connections)
        {
            connection.Elapse();
        }

        NextDeadline = MonoTime.Never;
        foreach (BrokerConnection connection in _connections)
        {
            Schedule(connection.NextDeadline);
        }
    }

    /// <summary>
    /// Turns the memory alarm on or off. While it is on, a connection that publishes is told connection.blocked (when
    /// its client has the capability) and is read no further; turning it off tells them connection.unblocked and lets
    /// reading go on.
    /// </summary>
    /// <param name="isOn">The alarm's new state.</param>
    public void SetMemoryAlarm(bool isOn)
    {
        HasMemoryAlarm = isOn;
        if (!isOn)
        {
            BrokerConnection[] connections = [.. _connections];
            foreach (BrokerConnection connection in connections)
            {
                connection.Unblock();
            }
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

    internal BrokerUser? FindUser(string name, string password)
    {
        foreach (BrokerUser user in Options.Users)
        {
            if (user.Name == name)
            {
                return user.Password == password ? user : null;
            }
        }

        return null;
    }

    internal void Advance(MonoTime now)
    {
        if (now > Now)
        {
            Now = now;
        }
    }

    /// <summary>Makes sure that <see cref="NextDeadline"/> is no later than this.</summary>
    internal void Schedule(MonoTime deadline)
    {
        if (deadline < NextDeadline)
        {
            NextDeadline = deadline;
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
