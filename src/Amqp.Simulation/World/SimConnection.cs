using System.Buffers;
using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

/// <summary>One connection of a world: the session on one side, the broker's side of it, and the link in
/// between.</summary>
internal sealed class SimConnection(int number, WorldClient client)
{
    private readonly string _lane = number == 1 ? "" : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Which attempt of all clients it is, from 1.</summary>
    public int Number { get; } = number;

    /// <summary>Whose it is.</summary>
    public WorldClient Client { get; } = client;

    /// <summary>True when no byte and no end is on its way, and none waits to be sent.</summary>
    public bool IsQuiet => Link.IsQuiet && !IsFlushLate;

    /// <summary>True while bytes of the client's wait for a flush that was put off.</summary>
    public bool IsFlushLate { get; set; }

    public required SimLink Link { get; init; }

    /// <summary>The client's side.</summary>
    public AmqpSession Session { get; set; } = null!;

    /// <summary>The broker's side; null when something else than the broker has taken the connection.</summary>
    public BrokerConnection? Broker { get; set; }

    public ArrayBufferWriter<byte> ClientOutput { get; } = new(512);

    public ArrayBufferWriter<byte> BrokerOutput { get; } = new(512);

    public ReceiveBuffer ClientInput { get; } = new();

    public ReceiveBuffer BrokerInput { get; } = new();

    /// <summary>For when the session's timer is in the queue.</summary>
    public MonoTime ArmedFor { get; set; } = MonoTime.Never;

    public bool IsClientClosed { get; set; }

    public bool IsBrokerClosed { get; set; }

    /// <summary>True while bytes that were read for the broker wait because it refused them.</summary>
    public bool HasUnfed { get; set; }

    /// <summary>True while bytes or an end for the broker wait because it does not read.</summary>
    public bool HasUnread { get; set; }

    /// <summary>How much of <see cref="ClientOutput"/> is on the link.</summary>
    public int ClientSent { get; set; }

    /// <summary>How much of <see cref="ClientOutput"/> the auditors have been told of.</summary>
    public int ClientKnown { get; set; }

    /// <summary>How much of <see cref="BrokerOutput"/> is on the link.</summary>
    public int BrokerSent { get; set; }

    public string Lane(LinkDirection direction) =>
        direction == LinkDirection.ToBroker ? $"c{_lane}>b" : $"b>c{_lane}";
}
