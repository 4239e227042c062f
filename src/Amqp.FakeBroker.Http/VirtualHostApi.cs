using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/vhosts and /api/vhost-limits.</summary>
internal static class VirtualHostApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/vhosts", static request => request.Broker.Control<ApiResult>(static core =>
            Shapes.List(core.VirtualHosts, name => Show(core, name)))),
        new("GET", "/api/vhosts/{vhost}", static request => request.Broker.Control<ApiResult>(core =>
            Show(core, Checked(core, request)))),
        new("PUT", "/api/vhosts/{vhost}", Put),
        new("DELETE", "/api/vhosts/{vhost}", static request =>
            request.Broker.Control(core => core.DeleteVirtualHost(request.VirtualHost))
                ? ApiResult.NoContent
                : throw ApiException.NotFound()),
        new("GET", "/api/vhost-limits", Limits),
        new("GET", "/api/vhost-limits/{vhost}", Limits),
        new("PUT", "/api/vhost-limits/{vhost}/{limit}", static request =>
            SetLimit(request, request.RequiredNumber("value"))),
        new("DELETE", "/api/vhost-limits/{vhost}/{limit}", static request => SetLimit(request, -1)),
    ];

    public static string Checked(BrokerCore core, ApiRequest request) =>
        core.VirtualHosts.Contains(request.VirtualHost) ? request.VirtualHost : throw ApiException.NotFound();

    private static JsonObject Show(BrokerCore core, string name)
    {
        IReadOnlyList<QueueInfo> queues = core.ListQueues(name);
        string? type = core.GetDefaultQueueType(name) ?? (core.Profile.NamesQueueTypes ? "classic" : null);
        JsonObject metadata = new() { ["description"] = "", ["tags"] = new JsonArray() };
        if (type is not null)
        {
            metadata["default_queue_type"] = type;
        }

        return new JsonObject
        {
            ["cluster_state"] = new JsonObject { [Shapes.Node] = "running" },
            ["default_queue_type"] = type ?? "undefined",
            ["description"] = name == "/" ? "Default virtual host" : "",
            ["messages"] = queues.Sum(static queue => queue.Messages),
            ["messages_ready"] = queues.Sum(static queue => queue.Ready),
            ["messages_unacknowledged"] = queues.Sum(static queue => queue.Unacknowledged),
            ["metadata"] = metadata,
            ["name"] = name,
            ["tags"] = new JsonArray(),
            ["tracing"] = core.IsTracing(name),
        };
    }

    // Whoever makes a virtual host may use it, as with RabbitMQ.
    private static ApiResult Put(ApiRequest request) => request.Broker.Control(core =>
    {
        string? type = request.Text("default_queue_type");
        if (type is not (null or "undefined" or "classic" or "quorum" or "stream"))
        {
            throw ApiException.BadRequest("invalid_queue_type");
        }

        bool isNew = core.AddVirtualHost(request.VirtualHost);
        if (type is not (null or "undefined"))
        {
            core.SetDefaultQueueType(request.VirtualHost, type);
        }

        if (isNew)
        {
            core.SetPermissions(request.VirtualHost, request.User!.Name, BrokerPermissions.All);
        }

        if (request.Body.TryGetProperty("tracing", out _))
        {
            core.SetTracing(request.VirtualHost, request.Flag("tracing"));
        }

        return isNew ? ApiResult.Created : ApiResult.NoContent;
    });

    private static ApiResult Limits(ApiRequest request) => request.Broker.Control<ApiResult>(core =>
    {
        JsonArray array = [];
        foreach (string name in core.VirtualHosts)
        {
            (int? connections, int? queues) = core.GetVirtualHostLimits(name);
            JsonObject value = [];
            AccessApi.Add(value, "max-connections", connections);
            AccessApi.Add(value, "max-queues", queues);
            if (value.Count > 0 && (request.OptionalVirtualHost ?? name) == name)
            {
                array.Add((JsonNode)new JsonObject { ["vhost"] = name, ["value"] = value });
            }
        }

        return array;
    });

    private static ApiResult SetLimit(ApiRequest request, long value)
    {
        int? limit = value < 0 ? null : (int)Math.Min(value, int.MaxValue);
        request.Broker.Control(core =>
        {
            (int? connections, int? queues) = core.GetVirtualHostLimits(request.VirtualHost);
            switch (request["limit"])
            {
                case "max-connections":
                    core.SetVirtualHostLimits(request.VirtualHost, limit, queues);
                    break;
                case "max-queues":
                    core.SetVirtualHostLimits(request.VirtualHost, connections, limit);
                    break;
                default:
                    throw ApiException.BadRequest($"there is no limit \"{request["limit"]}\"");
            }
        });
        return ApiResult.NoContent;
    }
}
