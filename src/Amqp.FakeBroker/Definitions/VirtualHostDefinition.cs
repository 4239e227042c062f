using System.Text.Json;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A virtual host in a definitions file.</summary>
public sealed record VirtualHostDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What queues are that name no x-queue-type; null or "undefined" for the broker's own default.</summary>
    public string? DefaultQueueType { get; init; }

    /// <summary>max-connections and max-queues.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Limits { get; init; }
}
