using System.Text;
using System.Text.Json.Nodes;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>What the broker holds, in the JSON shapes of RabbitMQ's management API.</summary>
internal static class Shapes
{
    public const string Node = "rabbit@localhost";

    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode> show)
    {
        JsonArray array = [];
        foreach (T item in items)
        {
            array.Add(show(item));
        }

        return array;
    }

    public static JsonObject Queue(QueueInfo queue, bool isWhole = false)
    {
        JsonObject json = new()
        {
            ["arguments"] = FieldTableJson.ToJson(queue.Arguments),
            ["auto_delete"] = queue.IsAutoDelete,
            ["consumer_capacity"] = queue.Consumers.IsEmpty ? 0 : 1,
            ["consumer_utilisation"] = queue.Consumers.IsEmpty ? 0 : 1,
            ["consumers"] = queue.Consumers.Length,
            ["durable"] = queue.IsDurable,
            ["effective_policy_definition"] = FieldTableJson.ToJson(queue.PolicyDefinition),
            ["exclusive"] = queue.ExclusiveOwner is not null,
            ["exclusive_consumer_tag"] = queue.Consumers.FirstOrDefault(static each => each.IsExclusive)?.Tag,
            ["head_message_timestamp"] = null,
            ["memory"] = queue.ReadyOctets,
            ["message_bytes"] = queue.ReadyOctets + queue.UnacknowledgedOctets,
            ["message_bytes_paged_out"] = 0,
            ["message_bytes_ram"] = queue.ReadyOctets + queue.UnacknowledgedOctets,
            ["message_bytes_ready"] = queue.ReadyOctets,
            ["message_bytes_unacknowledged"] = queue.UnacknowledgedOctets,
            ["messages"] = queue.Messages,
            ["messages_details"] = Rate(),
            ["messages_ready"] = queue.Ready,
            ["messages_ready_details"] = Rate(),
            ["messages_unacknowledged"] = queue.Unacknowledged,
            ["messages_unacknowledged_details"] = Rate(),
            ["name"] = queue.Name,
            ["node"] = Node,
            ["operator_policy"] = queue.OperatorPolicy,
            ["policy"] = queue.Policy,
            ["single_active_consumer_tag"] = queue.SingleActiveConsumer,
            ["state"] = "running",
            ["type"] = queue.Type,
            ["vhost"] = queue.VirtualHost,
        };
        if (queue.Counts != default)
        {
            json["message_stats"] = Counts(queue.Counts);
        }

        if (isWhole)
        {
            json["consumer_details"] = new JsonArray();
            json["deliveries"] = new JsonArray();
            json["incoming"] = new JsonArray();
        }

        return json;
    }

    public static JsonObject Exchange(ExchangeInfo exchange, string user) => WithPolicy(exchange.Policy, new()
    {
        ["arguments"] = FieldTableJson.ToJson(exchange.Arguments),
        ["auto_delete"] = exchange.IsAutoDelete,
        ["durable"] = exchange.IsDurable,
        ["internal"] = exchange.IsInternal,
        ["name"] = exchange.Name,
        ["type"] = exchange.Type,
        ["user_who_performed_action"] = exchange.Name.Length == 0
            || exchange.Name.StartsWith("amq.", StringComparison.Ordinal) ? "rmq-internal" : user,
        ["vhost"] = exchange.VirtualHost,
    });

    public static JsonObject Binding(BindingInfo binding) => new()
    {
        ["source"] = binding.Source,
        ["vhost"] = binding.VirtualHost,
        ["destination"] = binding.Destination,
        ["destination_type"] = binding.IsToQueue ? "queue" : "exchange",
        ["routing_key"] = binding.RoutingKey,
        ["arguments"] = FieldTableJson.ToJson(binding.Arguments),
        ["properties_key"] = BindingApi.PropertiesKey(binding),
    };

    public static JsonObject Policy(BrokerPolicy policy) => new()
    {
        ["vhost"] = policy.VirtualHost,
        ["name"] = policy.Name,
        ["pattern"] = policy.Pattern,
        ["apply-to"] = policy.ApplyTo,
        ["definition"] = FieldTableJson.ToJson(policy.Definition),
        ["priority"] = policy.Priority,
    };

    public static JsonObject User(BrokerUser user) => new()
    {
        ["name"] = user.Name,
        ["password_hash"] = BrokerDefinitions.HashOf(user),
        ["hashing_algorithm"] = "rabbit_password_hashing_sha256",
        ["tags"] = List(user.Tags, static tag => (JsonNode)tag),
        ["limits"] = new JsonObject(),
    };

    public static JsonObject Permission(PermissionInfo each) => new()
    {
        ["user"] = each.User,
        ["vhost"] = each.VirtualHost,
        ["configure"] = each.Permissions.Configure,
        ["write"] = each.Permissions.Write,
        ["read"] = each.Permissions.Read,
    };

    public static JsonObject TopicPermission(TopicPermissionInfo each) => new()
    {
        ["user"] = each.User,
        ["vhost"] = each.VirtualHost,
        ["exchange"] = each.Exchange,
        ["write"] = each.Write,
        ["read"] = each.Read,
    };

    private static JsonObject WithPolicy(string? policy, JsonObject json)
    {
        if (policy is not null)
        {
            json["policy"] = policy;
        }

        return json;
    }

    /// <summary>Counts as "message_stats" has them, each with its rate.</summary>
    public static JsonObject Counts(in MessageCounts counts)
    {
        JsonObject json = [];
        Count(json, "ack", counts.Acknowledged);
        Count(json, "deliver", counts.Delivered);
        Count(json, "deliver_get", counts.DeliveredOrGot);
        Count(json, "deliver_no_ack", counts.DeliveredNoAck);
        Count(json, "get", counts.Got);
        Count(json, "get_empty", counts.GotNothing);
        Count(json, "get_no_ack", counts.GotNoAck);
        Count(json, "publish", counts.Published);
        Count(json, "redeliver", counts.Redelivered);
        return json;
    }

    /// <summary>Sets a count and its rate, which is always 0.</summary>
    public static void Count(JsonObject json, string name, long count)
    {
        json[name] = count;
        json[name + "_details"] = Rate();
    }

    public static JsonObject Rate() => new() { ["rate"] = 0.0 };

    /// <summary>Properties as the management API names them; only those that are there.</summary>
    public static JsonObject Properties(BasicProperties properties)
    {
        JsonObject json = [];
        Add("content_type", properties.ContentType);
        Add("content_encoding", properties.ContentEncoding);
        Add("priority", properties.Priority);
        Add("delivery_mode", properties.DeliveryMode);
        Add("correlation_id", properties.CorrelationId);
        Add("reply_to", properties.ReplyTo);
        Add("expiration", properties.Expiration);
        Add("message_id", properties.MessageId);
        Add("timestamp", properties.Timestamp);
        Add("type", properties.Type);
        Add("user_id", properties.UserId);
        Add("app_id", properties.AppId);
        Add("cluster_id", properties.ClusterId);
        Add("headers", properties.Headers is { } headers ? FieldTableJson.ToJson(headers) : null);
        return json;

        void Add(string key, JsonNode? value)
        {
            if (value is not null)
            {
                json[key] = value;
            }
        }
    }

    /// <summary>A body: text where it is UTF-8 and nothing else was asked for, base64 otherwise.</summary>
    public static void AddPayload(JsonObject json, ReadOnlySpan<byte> body, bool isBase64Wanted, int? longest = null)
    {
        ReadOnlySpan<byte> shown = longest is { } most && most < body.Length ? body[..most] : body;
        bool isText = !isBase64Wanted && System.Text.Unicode.Utf8.IsValid(shown);
        json["payload_bytes"] = body.Length;
        json["payload"] = isText ? Encoding.UTF8.GetString(shown) : Convert.ToBase64String(shown);
        json["payload_encoding"] = isText ? "string" : "base64";
    }
}
