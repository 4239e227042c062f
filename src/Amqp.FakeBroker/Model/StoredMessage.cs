using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// One published message. Owned once per publish and shared by every queue that took it, so nothing here ever changes.
/// The content header's octets are kept as the publisher sent them: they go out again byte for byte.
/// </summary>
internal sealed class StoredMessage
{
    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    /// <summary>Flags and values of the content header.</summary>
    public required byte[] HeaderOctets { get; init; }

    public required BasicProperties Properties { get; init; }

    public required byte[] Body { get; init; }

    public bool IsPersistent => Properties.DeliveryMode == 2;
}
