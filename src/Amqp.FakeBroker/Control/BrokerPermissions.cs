namespace Amqp.FakeBroker;

/// <summary>
/// What a user may do on a virtual host: three regular expressions, each against the name of a queue or exchange; an
/// empty one matches nothing. The default exchange is named "amq.default". Immutable, safe to share.
/// </summary>
/// <param name="Configure">What may be declared and deleted.</param>
/// <param name="Write">What may be published to and bound as a destination.</param>
/// <param name="Read">What may be consumed from, purged and bound as a source.</param>
public sealed record BrokerPermissions(string Configure, string Write, string Read)
{
    /// <summary>Everything: ".*" three times.</summary>
    public static BrokerPermissions All { get; } = new(".*", ".*", ".*");
}
