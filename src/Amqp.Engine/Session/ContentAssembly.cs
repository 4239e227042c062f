using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>The content that is arriving on one channel: method, then header, then bodies.</summary>
internal struct ContentAssembly
{
    public ContentStage Stage;
    public MethodId Method;
    public string Exchange;
    public string RoutingKey;
    public string Label; // the consumer tag, or the reply text of a return
    public ulong DeliveryTag;
    public bool Redelivered;
    public uint MessageCount;
    public ReplyCode ReplyCode;
    public ulong BodySize;
    public ulong Remaining;
    public uint BodyHash;
    public BasicProperties Properties; // of a return
}
