using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/overview, /api/nodes and what else says who this is.</summary>
internal static class OverviewApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/overview", Overview),
        new("GET", "/api/cluster-name", static request => new JsonObject
        {
            ["name"] = request.Broker.Control(static core => core.Options.ClusterName),
        }),
        new("GET", "/api/nodes", static request => new JsonArray(Node(request))),
        new("GET", "/api/nodes/{node}", static request =>
            request["node"] == Shapes.Node ? Node(request) : throw ApiException.NotFound()),
        new("GET", "/api/extensions", static _ => new JsonArray()),
        new("GET", "/api/parameters", static _ => new JsonArray()),
        new("GET", "/api/global-parameters", static _ => new JsonArray()),
        new("GET", "/api/feature-flags", static _ => new JsonArray()),
        new("GET", "/api/auth", static _ => new JsonObject { ["oauth_enabled"] = false }),
        new("GET", "/api/whoami", static request => new JsonObject
        {
            ["name"] = request.User!.Name,
            ["tags"] = Shapes.List(request.User.Tags, static tag => (JsonNode)tag),
        }),
    ];

    private static ApiResult Overview(ApiRequest request) => request.Broker.Control<ApiResult>(core =>
    {
        IReadOnlyList<QueueInfo> queues = core.ListQueues();
        return new JsonObject
        {
            ["management_version"] = core.Version,
            ["rates_mode"] = "basic",
            ["sample_retention_policies"] = new JsonObject(),
            ["exchange_types"] = Shapes.List(
                ["direct", "fanout", "headers", "topic"],
                static name => new JsonObject { ["name"] = name, ["description"] = "", ["enabled"] = true }),
            ["product_version"] = core.Version,
            ["product_name"] = core.Options.Product,
            ["rabbitmq_version"] = core.Version,
            ["cluster_name"] = core.Options.ClusterName,
            ["erlang_version"] = "",
            ["erlang_full_version"] = "",
            ["disable_stats"] = false,
            ["enable_queue_totals"] = false,
            ["message_stats"] = Stats(core),
            ["churn_rates"] = new JsonObject(),
            ["queue_totals"] = new JsonObject
            {
                ["messages"] = queues.Sum(static queue => queue.Messages),
                ["messages_details"] = Shapes.Rate(),
                ["messages_ready"] = queues.Sum(static queue => queue.Ready),
                ["messages_ready_details"] = Shapes.Rate(),
                ["messages_unacknowledged"] = queues.Sum(static queue => queue.Unacknowledged),
                ["messages_unacknowledged_details"] = Shapes.Rate(),
            },
            ["object_totals"] = new JsonObject
            {
                ["channels"] = core.Connections.Sum(static each => each.Channels.Count),
                ["connections"] = core.Connections.Count(static each => each.IsOpen),
                ["consumers"] = queues.Sum(static queue => queue.Consumers.Length),
                ["exchanges"] = core.ListExchanges().Count,
                ["queues"] = queues.Count,
            },
            ["statistics_db_event_queue"] = 0,
            ["node"] = Shapes.Node,
            ["listeners"] = Listeners(request),
            ["contexts"] = new JsonArray(),
        };
    });

    private static JsonObject Stats(BrokerCore core)
    {
        JsonObject json = Shapes.Counts(core.Counts);
        Shapes.Count(json, "publish", core.PublishedCount);
        Shapes.Count(json, "drop_unroutable", core.UnroutableCount);
        return json;
    }

    private static JsonArray Listeners(ApiRequest request) => Shapes.List(
        request.Broker.Listeners,
        static listener => new JsonObject
        {
            ["node"] = Shapes.Node,
            ["protocol"] = listener.Tls is null ? "amqp" : "amqp/ssl",
            ["ip_address"] = "127.0.0.1",
            ["port"] = listener.Port,
            ["socket_opts"] = new JsonObject(),
        });

    private static JsonObject Node(ApiRequest request) => request.Broker.Control(core => new JsonObject
    {
        ["name"] = Shapes.Node,
        ["type"] = "disc",
        ["running"] = core.IsRunning,
        ["mem_used"] = core.StoredOctets,
        ["mem_limit"] = core.Options.MemoryHighWatermark,
        ["mem_alarm"] = core.HasMemoryAlarm,
        ["disk_free_alarm"] = core.HasDiskAlarm,
        ["partitions"] = new JsonArray(),
        ["uptime"] = (long)request.Broker.Uptime.TotalMilliseconds,
        ["rates_mode"] = "basic",
    });
}
