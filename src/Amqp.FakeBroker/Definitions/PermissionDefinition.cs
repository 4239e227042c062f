using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>What a user may do on a virtual host, in a definitions file.</summary>
public sealed record PermissionDefinition
{
    /// <summary>The user's name.</summary>
    public required string User { get; init; }

    /// <summary>The virtual host.</summary>
    [JsonPropertyName("vhost")]
    public required string VirtualHost { get; init; }

    /// <summary>What may be declared and deleted.</summary>
    public required string Configure { get; init; }

    /// <summary>What may be written to.</summary>
    public required string Write { get; init; }

    /// <summary>What may be read from.</summary>
    public required string Read { get; init; }
}
