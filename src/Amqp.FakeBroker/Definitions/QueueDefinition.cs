using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A queue in a definitions file.</summary>
public sealed record QueueDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The virtual host; left out in definitions of a single one.</summary>
    [JsonPropertyName("vhost")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>"classic", "quorum" or "stream", to be read only: the arguments decide.</summary>
    public string? Type { get; init; }

    /// <summary>True to survive a restart.</summary>
    public bool Durable { get; init; }

    /// <summary>True to go with the last consumer.</summary>
    public bool AutoDelete { get; init; }

    /// <summary>Arguments as in queue.declare.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Arguments { get; init; }
}
