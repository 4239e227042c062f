using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>An exchange in a definitions file.</summary>
public sealed record ExchangeDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The virtual host; left out in definitions of a single one.</summary>
    [JsonPropertyName("vhost")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>"direct", "fanout", "topic" or "headers".</summary>
    public required string Type { get; init; }

    /// <summary>True to survive a restart.</summary>
    public bool Durable { get; init; }

    /// <summary>True to go with the last binding.</summary>
    public bool AutoDelete { get; init; }

    /// <summary>True to refuse clients' publishes.</summary>
    public bool Internal { get; init; }

    /// <summary>Arguments as in exchange.declare.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Arguments { get; init; }
}
