using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A policy in a definitions file.</summary>
public sealed record PolicyDefinition
{
    /// <summary>The virtual host; left out in definitions of a single one.</summary>
    [JsonPropertyName("vhost")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A regular expression, found anywhere in a name.</summary>
    public required string Pattern { get; init; }

    /// <summary>"all", "queues", "exchanges" and so on; all when null.</summary>
    [JsonPropertyName("apply-to")]
    public string? ApplyTo { get; init; }

    /// <summary>What it sets.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Definition { get; init; }

    /// <summary>The highest one that matches holds.</summary>
    public int Priority { get; init; }
}
