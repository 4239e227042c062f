using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>Lists what the engine's views read, in the reference codec's format.</summary>
internal static class Views
{
    /// <summary>Reads a payload through the view of this method.</summary>
    public static bool List(string name, byte[] payload, out string? text, out WireError error)
    {
        object[]? values = name switch
        {
            "basic.publish" => Publish(payload, out error),
            "basic.deliver" => Deliver(payload, out error),
            "basic.return" => Return(payload, out error),
            "basic.get-ok" => GetOk(payload, out error),
            "basic.ack" => Ack(payload, out error),
            "basic.nack" => Nack(payload, out error),
            "basic.reject" => Reject(payload, out error),
            _ => throw new InvalidOperationException($"{name} has no view"),
        };
        RefMethodSpec spec = RefSpec.Named(name);
        text = values is null
            ? null
            : RefListing.Method(new RefMethod(spec, [.. spec.Fields.Select((f, i) => new RefArg(f, values[i]))]));
        return values is not null;
    }

    private static object[]? Publish(byte[] payload, out WireError error) =>
        BasicPublishView.TryRead(payload, out BasicPublishView v, out error)
            ? [(ulong)v.Ticket, v.Exchange.ToArray(), v.RoutingKey.ToArray(), v.Mandatory, v.Immediate]
            : null;

    private static object[]? Deliver(byte[] payload, out WireError error) =>
        BasicDeliverView.TryRead(payload, out BasicDeliverView v, out error)
            ? [v.ConsumerTag.ToArray(), v.DeliveryTag, v.Redelivered, v.Exchange.ToArray(), v.RoutingKey.ToArray()]
            : null;

    private static object[]? Return(byte[] payload, out WireError error) =>
        BasicReturnView.TryRead(payload, out BasicReturnView v, out error)
            ? [(ulong)v.ReplyCode, v.ReplyText.ToArray(), v.Exchange.ToArray(), v.RoutingKey.ToArray()]
            : null;

    private static object[]? GetOk(byte[] payload, out WireError error) =>
        BasicGetOkView.TryRead(payload, out BasicGetOkView v, out error)
            ? [v.DeliveryTag, v.Redelivered, v.Exchange.ToArray(), v.RoutingKey.ToArray(), (ulong)v.MessageCount]
            : null;

    private static object[]? Ack(byte[] payload, out WireError error) =>
        BasicAckView.TryRead(payload, out BasicAckView v, out error) ? [v.DeliveryTag, v.Multiple] : null;

    private static object[]? Nack(byte[] payload, out WireError error) =>
        BasicNackView.TryRead(payload, out BasicNackView v, out error)
            ? [v.DeliveryTag, v.Multiple, v.Requeue]
            : null;

    private static object[]? Reject(byte[] payload, out WireError error) =>
        BasicRejectView.TryRead(payload, out BasicRejectView v, out error) ? [v.DeliveryTag, v.Requeue] : null;
}
