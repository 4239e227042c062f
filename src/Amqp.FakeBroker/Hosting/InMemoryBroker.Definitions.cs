using System.Collections.Immutable;
using System.Text.Json;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker;

/// <content>Definitions: taken in as a whole, and written.</content>
public sealed partial class InMemoryBroker
{
    /// <summary>Adds everything the definitions hold to what is there.</summary>
    /// <param name="definitions">The definitions.</param>
    /// <param name="virtualHost">Where what names no virtual host of its own goes; null for their own.</param>
    /// <exception cref="BrokerControlException">Something in them is refused; what came before it is there.</exception>
    public void Import(BrokerDefinitions definitions, string? virtualHost = null)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        Control(core =>
        {
            ImportAccess(core, definitions);
            ImportEntities(core, definitions, virtualHost);
            return true;
        });
    }

    private const string LimitsComponent = "vhost-limits";

    /// <summary>Everything that is there, but for exclusive queues and messages.</summary>
    /// <param name="virtualHost">Only what is on this virtual host, as RabbitMQ writes it; null for all.</param>
    /// <returns>The definitions.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public BrokerDefinitions Export(string? virtualHost = null) => Control(core =>
    {
        BrokerDefinitions entities = ExportEntities(core, virtualHost);
        return virtualHost is null ? ExportAccess(core, entities) : entities;
    });

    private static void ImportAccess(BrokerCore core, BrokerDefinitions definitions)
    {
        foreach (VirtualHostDefinition host in definitions.VirtualHosts ?? [])
        {
            core.AddVirtualHost(host.Name);
            if (host.DefaultQueueType is { } type and not "undefined")
            {
                core.SetDefaultQueueType(host.Name, type);
            }

            if (host.Limits is { Count: > 0 } limits)
            {
                core.SetVirtualHostLimits(host.Name, Limit(limits, "max-connections"), Limit(limits, "max-queues"));
            }
        }

        foreach (ParameterDefinition each in definitions.Parameters ?? [])
        {
            if (each.Component == LimitsComponent && each.Value.ValueKind == JsonValueKind.Object)
            {
                Dictionary<string, JsonElement> limits = each.Value.EnumerateObject().ToDictionary(
                    static member => member.Name, static member => member.Value);
                core.SetVirtualHostLimits(
                    each.VirtualHost, Limit(limits, "max-connections"), Limit(limits, "max-queues"));
            }
        }

        foreach (UserDefinition user in definitions.Users ?? [])
        {
            core.PutUser(new BrokerUser(user.Name, user.Password)
            {
                PasswordHash = string.IsNullOrEmpty(user.PasswordHash) ? null : user.PasswordHash,
                Tags = Tags(user.Tags ?? default),
            });
            if (user.Limits is { Count: > 0 } limits)
            {
                core.SetUserLimits(user.Name, Limit(limits, "max-connections"), Limit(limits, "max-channels"));
            }
        }

        foreach (PermissionDefinition each in definitions.Permissions ?? [])
        {
            core.SetPermissions(
                each.VirtualHost, each.User, new BrokerPermissions(each.Configure, each.Write, each.Read));
        }

        foreach (TopicPermissionDefinition each in definitions.TopicPermissions ?? [])
        {
            core.SetTopicPermission(
                new TopicPermissionInfo(each.User, each.VirtualHost, each.Exchange, each.Write, each.Read));
        }
    }

    private static void ImportEntities(BrokerCore core, BrokerDefinitions definitions, string? host)
    {
        foreach (PolicyDefinition each in definitions.Policies ?? [])
        {
            core.PutPolicy(new BrokerPolicy(
                host ?? each.VirtualHost, each.Name, each.Pattern, FieldTableJson.FromJson(each.Definition))
            {
                Priority = each.Priority,
                ApplyTo = each.ApplyTo ?? "all",
            });
        }

        foreach (QueueDefinition each in definitions.Queues ?? [])
        {
            core.DeclareQueue(
                host ?? each.VirtualHost,
                each.Name,
                each.Durable,
                each.AutoDelete,
                FieldTableJson.FromJson(each.Arguments));
        }

        foreach (ExchangeDefinition each in definitions.Exchanges ?? [])
        {
            core.DeclareExchange(
                host ?? each.VirtualHost,
                each.Name,
                each.Type,
                each.Durable,
                each.AutoDelete,
                each.Internal,
                FieldTableJson.FromJson(each.Arguments));
        }

        foreach (BindingDefinition each in definitions.Bindings ?? [])
        {
            core.Bind(new BindingInfo(
                host ?? each.VirtualHost,
                each.Source,
                each.Destination,
                each.DestinationType == "queue",
                each.RoutingKey,
                FieldTableJson.FromJson(each.Arguments)));
        }
    }

    private static BrokerDefinitions ExportAccess(BrokerCore core, BrokerDefinitions entities) => entities with
    {
        RabbitVersion = core.Version,
        RabbitMqVersion = core.Version,
        ProductName = core.Options.Product,
        ProductVersion = core.Version,
        Users = [.. core.Users.Select(user => new UserDefinition
        {
            Name = user.Name,
            PasswordHash = BrokerDefinitions.HashOf(user),
            HashingAlgorithm = "rabbit_password_hashing_sha256",
            Tags = TagList(user.Tags),
            Limits = LimitsOf(core, user),
        })],
        VirtualHosts = [.. core.VirtualHosts.Select(name => new VirtualHostDefinition
        {
            Name = name,
            DefaultQueueType = core.GetDefaultQueueType(name),
            Limits = LimitsOf(core, name),
        })],
        Parameters = [.. core.VirtualHosts.Where(name => LimitsOf(core, name).Count > 0)
            .Select(name => new ParameterDefinition
            {
                VirtualHost = name,
                Component = LimitsComponent,
                Name = "limits",
                Value = ToElement(new System.Text.Json.Nodes.JsonObject(LimitsOf(core, name)
                    .Select(static each => KeyValuePair.Create(
                        each.Key, (System.Text.Json.Nodes.JsonNode?)each.Value.GetInt32())))),
            })],
        Permissions = [.. core.Permissions.Select(static each => new PermissionDefinition
        {
            User = each.User,
            VirtualHost = each.VirtualHost,
            Configure = each.Permissions.Configure,
            Write = each.Permissions.Write,
            Read = each.Permissions.Read,
        })],
        TopicPermissions = [.. core.TopicPermissions.Select(static each => new TopicPermissionDefinition
        {
            User = each.User,
            VirtualHost = each.VirtualHost,
            Exchange = each.Exchange,
            Write = each.Write,
            Read = each.Read,
        })],
    };

    private static BrokerDefinitions ExportEntities(BrokerCore core, string? host)
    {
        HashSet<(string, string)> exclusive = [.. core.ListQueues(host)
            .Where(static queue => queue.ExclusiveOwner is not null)
            .Select(static queue => (queue.VirtualHost, queue.Name))];
        return new BrokerDefinitions
        {
            Policies = [.. core.Policies.Where(each => (host ?? each.VirtualHost) == each.VirtualHost)
                .Select(static each => new PolicyDefinition
                {
                    VirtualHost = each.VirtualHost,
                    Name = each.Name,
                    Pattern = each.Pattern,
                    ApplyTo = each.ApplyTo,
                    Definition = Elements(each.Definition),
                    Priority = each.Priority,
                })],
            Queues = [.. core.ListQueues(host).Where(each => !exclusive.Contains((each.VirtualHost, each.Name)))
                .Select(static each => new QueueDefinition
                {
                    Name = each.Name,
                    VirtualHost = each.VirtualHost,
                    Type = each.Type,
                    Durable = each.IsDurable,
                    AutoDelete = each.IsAutoDelete,
                    Arguments = Elements(each.Arguments),
                })],
            Exchanges = [.. core.ListExchanges(host)
                .Where(static each => each.Name.Length > 0
                    && !each.Name.StartsWith("amq.", StringComparison.Ordinal))
                .Select(static each => new ExchangeDefinition
                {
                    Name = each.Name,
                    VirtualHost = each.VirtualHost,
                    Type = each.Type,
                    Durable = each.IsDurable,
                    AutoDelete = each.IsAutoDelete,
                    Internal = each.IsInternal,
                    Arguments = Elements(each.Arguments),
                })],
            Bindings = [.. core.ListBindings(host)
                .Where(each => each.Source.Length > 0
                    && !(each.IsToQueue && exclusive.Contains((each.VirtualHost, each.Destination))))
                .Select(static each => new BindingDefinition
                {
                    Source = each.Source,
                    VirtualHost = each.VirtualHost,
                    Destination = each.Destination,
                    DestinationType = each.IsToQueue ? "queue" : "exchange",
                    RoutingKey = each.RoutingKey,
                    Arguments = Elements(each.Arguments),
                })],
        };
    }

    private static int? Limit(IReadOnlyDictionary<string, JsonElement> limits, string key) =>
        limits.TryGetValue(key, out JsonElement value) && value.TryGetInt32(out int limit) && limit >= 0 ? limit : null;

    private static ImmutableArray<string> Tags(JsonElement tags) => tags.ValueKind switch
    {
        JsonValueKind.Array => [.. tags.EnumerateArray().Select(static tag => tag.ToString())],
        JsonValueKind.String => [.. tags.GetString()!.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        _ => [],
    };

    private static JsonElement TagList(ImmutableArray<string> tags)
    {
        System.Text.Json.Nodes.JsonArray array = [];
        foreach (string tag in tags)
        {
            array.Add((System.Text.Json.Nodes.JsonNode)tag);
        }

        return ToElement(array);
    }

    private static IReadOnlyDictionary<string, JsonElement> LimitsOf(BrokerCore core, BrokerUser user)
    {
        (int? connections, int? channels) = core.GetUserLimits(user.Name);
        return Elements(Limits(("max-connections", connections), ("max-channels", channels)));
    }

    private static IReadOnlyDictionary<string, JsonElement> LimitsOf(BrokerCore core, string virtualHost)
    {
        (int? connections, int? queues) = core.GetVirtualHostLimits(virtualHost);
        return Elements(Limits(("max-connections", connections), ("max-queues", queues)));
    }

    private static FieldTable Limits(params ReadOnlySpan<(string Key, int? Limit)> limits)
    {
        FieldTable table = FieldTable.Empty;
        foreach ((string key, int? limit) in limits)
        {
            table = limit is { } number ? table.With(key, FieldValue.Int64(number)) : table;
        }

        return table;
    }

    private static IReadOnlyDictionary<string, JsonElement> Elements(FieldTable table) =>
        ToElement(FieldTableJson.ToJson(table)).EnumerateObject().ToDictionary(
            static member => member.Name, static member => member.Value);

    private static JsonElement ToElement(System.Text.Json.Nodes.JsonNode node)
    {
        JsonDocumentOptions options = new() { MaxDepth = Amqp.Engine.Base.AmqpLimits.HighestTableDepth + 1 };
        using JsonDocument document = JsonDocument.Parse(node.ToJsonString(), options);
        return document.RootElement.Clone();
    }
}
