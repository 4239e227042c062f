using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>What routing keys a user may use, in a definitions file.</summary>
public sealed record TopicPermissionDefinition
{
    /// <summary>The user's name.</summary>
    public required string User { get; init; }

    /// <summary>The virtual host.</summary>
    [JsonPropertyName("vhost")]
    public required string VirtualHost { get; init; }

    /// <summary>The topic exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing keys to publish with.</summary>
    public required string Write { get; init; }

    /// <summary>Routing keys to bind with.</summary>
    public required string Read { get; init; }
}
