using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A binding in a definitions file.</summary>
public sealed record BindingDefinition
{
    /// <summary>The exchange it starts from.</summary>
    public required string Source { get; init; }

    /// <summary>The virtual host; left out in definitions of a single one.</summary>
    [JsonPropertyName("vhost")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>Where it leads.</summary>
    public required string Destination { get; init; }

    /// <summary>"queue" or "exchange".</summary>
    public required string DestinationType { get; init; }

    /// <summary>The binding key.</summary>
    public string RoutingKey { get; init; } = "";

    /// <summary>The binding's arguments.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Arguments { get; init; }
}
