using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Consume;

/// <summary>A content while it arrives.</summary>
internal struct Content
{
    public ContentKind Kind;
    public bool Redelivered;
    public int Size;
    public int Filled;
    public uint MessageCount;
    public ReplyCode ReplyCode;
    public ulong DeliveryTag;
    public string Exchange;
    public string RoutingKey;
    public string ReplyText;
    public BasicProperties Properties;
    public AmqpConsumer? Consumer;
    public RpcCall? Call;
    public byte[]? Buffer;

    /// <summary>The block that <see cref="Buffer"/> is, when it is lent; null when it is the receiver's own.</summary>
    public BodySlab? Slab;

    /// <summary>Where in the buffer the body begins, and how much room it has there.</summary>
    public int Offset;
    public int Capacity;
    public ReadOnlyMemory<byte> Slice;
}
