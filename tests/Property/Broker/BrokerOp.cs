namespace Amqp.Property.Broker;

/// <summary>One step of a generated conversation; what the numbers mean depends on the kind.</summary>
internal sealed record BrokerOp(BrokerOpKind Kind, int A, int B, int C)
{
    public override string ToString() => $"{Kind}({A}, {B}, {C})";
}
