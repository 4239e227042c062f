using System.Text.Json;

namespace Amqp.FakeBroker.Definitions;

/// <summary>A user in a definitions file.</summary>
public sealed record UserDefinition
{
    /// <summary>The user's name.</summary>
    public required string Name { get; init; }

    /// <summary>Base64 of a four-octet salt and the hash of salt and password; empty for no password.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>"rabbit_password_hashing_sha256" (when null too) or "…_sha512".</summary>
    public string? HashingAlgorithm { get; init; }

    /// <summary>The password in clear text, which RabbitMQ itself never writes.</summary>
    public string? Password { get; init; }

    /// <summary>A list of tags, or one text with commas between them.</summary>
    public JsonElement? Tags { get; init; }

    /// <summary>max-connections and max-channels.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Limits { get; init; }
}
