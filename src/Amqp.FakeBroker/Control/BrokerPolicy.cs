using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>Settings for the queues and exchanges whose names match a pattern. Immutable, safe to share.</summary>
/// <param name="VirtualHost">The virtual host it holds on.</param>
/// <param name="Name">Its name, unique on the virtual host.</param>
/// <param name="Pattern">A regular expression, found anywhere in the name of a queue or exchange.</param>
/// <param name="Definition">
/// The settings without the "x-" of arguments: "max-length", "message-ttl", "dead-letter-exchange" and so on.
/// </param>
public sealed record BrokerPolicy(string VirtualHost, string Name, string Pattern, FieldTable Definition)
{
    /// <summary>Of several that match the highest priority holds. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>
    /// "all", "queues", "exchanges", "classic_queues", "quorum_queues" or "streams". Default "all".
    /// </summary>
    public string ApplyTo { get; init; } = "all";
}
