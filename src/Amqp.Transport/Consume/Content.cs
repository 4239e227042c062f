using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Consume;

/// <summary>A content while it arrives.</summary>
internal struct Content
{
    public ContentKind Kind;
    public bool Redelivered;
    public bool IsPooled;
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
    public ReadOnlyMemory<byte> Slice;

    public readonly Delivery ToDelivery(AmqpChannel channel, string consumerTag) =>
        new(channel, consumerTag, DeliveryTag, Redelivered, Exchange, RoutingKey, Properties, Buffer ?? []);
}
