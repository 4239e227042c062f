using System.Globalization;
using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/queues and /api/consumers.</summary>
internal static class QueueApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/queues", List),
        new("GET", "/api/queues/{vhost}", List),
        new("GET", "/api/queues/{vhost}/{queue}", Show),
        new("PUT", "/api/queues/{vhost}/{queue}", Declare),
        new("DELETE", "/api/queues/{vhost}/{queue}", Delete),
        new("GET", "/api/queues/{vhost}/{queue}/bindings", Bindings),
        new("DELETE", "/api/queues/{vhost}/{queue}/contents", Purge),
        new("POST", "/api/queues/{vhost}/{queue}/get", Get),
        new("POST", "/api/queues/{vhost}/{queue}/actions", static _ => ApiResult.NoContent),
        new("GET", "/api/consumers", Consumers),
        new("GET", "/api/consumers/{vhost}", Consumers),
    ];

    private static ApiResult List(ApiRequest request)
    {
        IReadOnlyList<QueueInfo> queues = request.Broker.Control(core => core.ListQueues(request.OptionalVirtualHost));
        return Paging.Page(request, queues, static queue => queue.Name, static queue => Shapes.Queue(queue));
    }

    private static ApiResult Show(ApiRequest request) => request.Broker.Control<ApiResult>(core =>
    {
        QueueInfo queue = Find(core, request);
        JsonObject json = Shapes.Queue(queue, isWhole: true);
        json["consumer_details"] = Shapes.List(
            queue.Consumers, each => Consumer(request.Broker, core, queue.VirtualHost, each));
        return json;
    });

    private static ApiResult Declare(ApiRequest request) => request.Broker.Control(core =>
    {
        bool isDurable = request.Flag("durable");
        bool isAutoDelete = request.Flag("auto_delete");
        if (core.FindQueue(request.VirtualHost, request["queue"]) is { } queue)
        {
            string what = $"queue '{queue.Name}' in vhost '{queue.VirtualHost}'";
            Equivalence.Check("durable", isDurable, queue.IsDurable, what);
            Equivalence.Check("auto_delete", isAutoDelete, queue.IsAutoDelete, what);
            Equivalence.Check(request.Table("arguments"), queue.Arguments, what);
            return ApiResult.NoContent;
        }

        request.RefuseReserved("queue");
        core.DeclareQueue(request.VirtualHost, request["queue"], isDurable, isAutoDelete, request.Table("arguments"));
        return ApiResult.Created;
    });

    private static ApiResult Delete(ApiRequest request) => request.Broker.Control(core =>
    {
        QueueInfo queue = Find(core, request);
        string? obstacle = request.QueryFlag("if-empty") && queue.Ready > 0 ? "not empty"
            : request.QueryFlag("if-unused") && !queue.Consumers.IsEmpty ? "in use"
            : null;
        if (obstacle is not null)
        {
            throw ApiException.BadRequest($"queue '{queue.Name}' in vhost '{queue.VirtualHost}' {obstacle}");
        }

        core.DeleteQueue(request.VirtualHost, request["queue"]);
        return ApiResult.NoContent;
    });

    private static ApiResult Bindings(ApiRequest request) => request.Broker.Control<ApiResult>(core =>
    {
        QueueInfo queue = Find(core, request);
        return Shapes.List(
            core.ListBindings(queue.VirtualHost).Where(each => each.IsToQueue && each.Destination == queue.Name),
            Shapes.Binding);
    });

    private static ApiResult Purge(ApiRequest request) => request.Broker.Control(core =>
    {
        core.PurgeQueue(request.VirtualHost, request["queue"]);
        return ApiResult.NoContent;
    });

    // ackmode says whether the messages go or stay. Those that stay are taken and put back, so that they count as
    // redelivered afterwards.
    private static ApiResult Get(ApiRequest request)
    {
        request.Require("ackmode", "count", "encoding");
        long count = request.RequiredNumber("count", least: 1);
        bool stays = request.Text("ackmode") switch
        {
            "ack_requeue_true" or "reject_requeue_true" => true,
            "ack_requeue_false" or "reject_requeue_false" => false,
            _ => throw ApiException.BadRequest("\"ackmode\" must be ack_requeue_true, ack_requeue_false, "
                + "reject_requeue_true or reject_requeue_false"),
        };
        bool isBase64 = request.Text("encoding") switch
        {
            "auto" => false,
            "base64" => true,
            _ => throw ApiException.BadRequest("\"encoding\" must be \"auto\" or \"base64\""),
        };
        int? longest = request.Number("truncate") is { } truncate ? (int)Math.Clamp(truncate, 0, int.MaxValue) : null;
        return request.Broker.Control<ApiResult>(core =>
        {
            QueueInfo queue = core.FindQueue(request.VirtualHost, request["queue"]) ?? throw new ApiException(
                404, "not_found", $"NOT_FOUND - no queue '{request["queue"]}' in vhost '{request.VirtualHost}'");
            JsonArray array = [];
            if (stays)
            {
                int most = (int)Math.Min(count, int.MaxValue);
                foreach (MessageInfo message in core.TakeAndReturn(queue.VirtualHost, queue.Name, most))
                {
                    array.Add((JsonNode)Message(message, queue.Ready - array.Count - 1, isBase64, longest));
                }

                return array;
            }

            while (array.Count < count && core.TakeMessage(queue.VirtualHost, queue.Name) is { } message)
            {
                array.Add((JsonNode)Message(message, queue.Ready - array.Count - 1, isBase64, longest));
            }

            return array;
        });
    }

    private static JsonObject Message(MessageInfo message, int left, bool isBase64, int? longest)
    {
        JsonObject json = new()
        {
            ["redelivered"] = message.Redelivered,
            ["exchange"] = message.Exchange,
            ["routing_key"] = message.RoutingKey,
            ["message_count"] = Math.Max(0, left),
            ["properties"] = Shapes.Properties(message.Properties),
        };
        Shapes.AddPayload(json, message.Body.Span, isBase64, longest);
        return json;
    }

    private static ApiResult Consumers(ApiRequest request) => request.Broker.Control<ApiResult>(core => Shapes.List(
        core.ListQueues(request.OptionalVirtualHost)
            .SelectMany(static queue => queue.Consumers.Select(consumer => (queue.VirtualHost, consumer))),
        each => Consumer(request.Broker, core, each.VirtualHost, each.consumer)));

    public static JsonObject Consumer(
        InMemoryBroker broker, BrokerCore core, string virtualHost, ConsumerInfo consumer)
    {
        BrokerConnection? connection = core.Connections.FirstOrDefault(each => each.Number == consumer.Connection);
        ConnectionEnds? ends = connection is null ? null : broker.Ends(connection);
        return new JsonObject
        {
            ["ack_required"] = !consumer.NoAck,
            ["active"] = consumer.IsActive,
            ["activity_status"] = consumer.IsActive ? "up" : "waiting",
            ["arguments"] = Definitions.FieldTableJson.ToJson(consumer.Arguments),
            ["channel_details"] = new JsonObject
            {
                ["connection_name"] = connection?.Name,
                ["name"] = string.Create(CultureInfo.InvariantCulture, $"{connection?.Name} ({consumer.Channel})"),
                ["node"] = Shapes.Node,
                ["number"] = consumer.Channel,
                ["peer_host"] = ends?.PeerHost,
                ["peer_port"] = ends?.PeerPort,
                ["user"] = connection?.UserName,
            },
            ["consumer_tag"] = consumer.Tag,
            ["exclusive"] = consumer.IsExclusive,
            ["prefetch_count"] = consumer.Prefetch,
            ["queue"] = new JsonObject { ["name"] = consumer.Queue, ["vhost"] = virtualHost },
        };
    }

    private static QueueInfo Find(BrokerCore core, ApiRequest request) =>
        core.FindQueue(request.VirtualHost, request["queue"]) ?? throw ApiException.NotFound();
}
