using System.Buffers;
using Amqp.Engine.Commands;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Events;

/// <summary>What an <see cref="AmqpEvent"/> is a view of: one reusable place in the ring.</summary>
internal struct EventSlot
{
    public EventKind Kind;
    public ushort Channel;
    public ReplyCode ReplyCode;
    public bool Redelivered;
    public bool Flag;
    public uint MessageCount;
    public RequestId Request;
    public ulong DeliveryTag;
    public ulong BodySize;
    public ulong From;
    public ulong To;
    public AmqpMethod? Method;
    public SessionEnd? Reason;
    public string? ConsumerTag;
    public string? Exchange;
    public string? RoutingKey;
    public string? Text;
    public BasicProperties? Properties;
    public ReadOnlySequence<byte> Body;
}
