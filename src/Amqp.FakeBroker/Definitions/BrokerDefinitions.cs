using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>
/// RabbitMQ's definitions: what "rabbitmqctl export_definitions" and the management API write and read. Immutable, safe
/// to share. Fields that this broker has no use for are skipped when read.
/// </summary>
public sealed record BrokerDefinitions
{
    /// <summary>The version of the broker that wrote them.</summary>
    public string? RabbitVersion { get; init; }

    /// <summary>The same again, as newer versions write it.</summary>
    [JsonPropertyName("rabbitmq_version")]
    public string? RabbitMqVersion { get; init; }

    /// <summary>The product that wrote them.</summary>
    public string? ProductName { get; init; }

    /// <summary>Its version.</summary>
    public string? ProductVersion { get; init; }

    /// <summary>The users.</summary>
    public ImmutableArray<UserDefinition>? Users { get; init; }

    /// <summary>The virtual hosts.</summary>
    [JsonPropertyName("vhosts")]
    public ImmutableArray<VirtualHostDefinition>? VirtualHosts { get; init; }

    /// <summary>What users may do.</summary>
    public ImmutableArray<PermissionDefinition>? Permissions { get; init; }

    /// <summary>What routing keys users may use.</summary>
    public ImmutableArray<TopicPermissionDefinition>? TopicPermissions { get; init; }

    /// <summary>Runtime parameters, of which the limits of virtual hosts are some.</summary>
    public ImmutableArray<ParameterDefinition>? Parameters { get; init; }

    /// <summary>The policies.</summary>
    public ImmutableArray<PolicyDefinition>? Policies { get; init; }

    /// <summary>The queues.</summary>
    public ImmutableArray<QueueDefinition>? Queues { get; init; }

    /// <summary>The exchanges.</summary>
    public ImmutableArray<ExchangeDefinition>? Exchanges { get; init; }

    /// <summary>The bindings.</summary>
    public ImmutableArray<BindingDefinition>? Bindings { get; init; }

    /// <summary>Reads the JSON.</summary>
    /// <param name="utf8Json">The JSON; left open.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It is not JSON of this kind; the message says where.</exception>
    public static BrokerDefinitions Read(Stream utf8Json)
    {
        ArgumentNullException.ThrowIfNull(utf8Json);
        try
        {
            return JsonSerializer.Deserialize(utf8Json, DefinitionsJson.Default.BrokerDefinitions)
                ?? throw new FormatException("the definitions are null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"these are no definitions: {e.Message}", e);
        }
    }

    /// <summary>Reads the JSON.</summary>
    /// <param name="json">The JSON.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It is not JSON of this kind; the message says where.</exception>
    public static BrokerDefinitions Parse(string json)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(json));
        return Read(stream);
    }

    /// <summary>A user's password as it is stored.</summary>
    /// <param name="user">The user.</param>
    /// <returns>The hash; empty when the user has no password.</returns>
    public static string HashOf(BrokerUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.PasswordHash ?? (user.Password is { } password ? PasswordHash.Of(user.Name, password) : "");
    }

    /// <summary>The JSON, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DefinitionsJson.Default.BrokerDefinitions);
}
