using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A runtime parameter in a definitions file. Of its components only "vhost-limits" has an effect.</summary>
public sealed record ParameterDefinition
{
    /// <summary>The virtual host; left out in definitions of a single one.</summary>
    [JsonPropertyName("vhost")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>What it belongs to.</summary>
    public required string Component { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its value, mostly an object.</summary>
    public JsonElement Value { get; init; }
}
