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
    public CallFailure Failure;
    public uint MessageCount;
    public RequestId Request;

    // The delivery tag, or the first publish of a range.
    public ulong Number;

    // The size of a body or of a piece of one, or the last publish of a range.
    public ulong Extent;
    public AmqpMethod? Method;
    public SessionEnd? Reason;

    // The consumer tag, or a text for people.
    public string? Label;
    public string? Exchange;
    public string? RoutingKey;
    public BasicProperties? Properties;
    public ReadOnlySequence<byte> Body;
}
