using Amqp.Engine.Wire;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/policies.</summary>
internal static class PolicyApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/policies", List),
        new("GET", "/api/policies/{vhost}", List),
        new("GET", "/api/policies/{vhost}/{name}", static request =>
            Shapes.Policy(Find(request) ?? throw ApiException.NotFound())),
        new("PUT", "/api/policies/{vhost}/{name}", Put),
        new("DELETE", "/api/policies/{vhost}/{name}", static request =>
            request.Broker.Control(core => core.DeletePolicy(request.VirtualHost, request["name"]))
                ? ApiResult.NoContent
                : throw ApiException.NotFound()),
    ];

    private static readonly string[] s_settings =
    [
        "alternate-exchange", "consumer-timeout", "dead-letter-exchange", "dead-letter-routing-key",
        "dead-letter-strategy", "delivery-limit", "expires", "federation-upstream", "federation-upstream-set",
        "federation-upstream-pattern", "ha-mode", "ha-params", "ha-promote-on-failure", "ha-promote-on-shutdown",
        "ha-sync-batch-size", "ha-sync-mode", "initial-cluster-size", "max-age", "max-in-memory-bytes",
        "max-in-memory-length", "max-length", "max-length-bytes", "message-ttl", "overflow", "queue-leader-locator",
        "queue-master-locator", "queue-mode", "queue-version", "stream-max-segment-size-bytes", "target-group-size",
    ];

    // The reason is escaped for HTML, as RabbitMQ's is.
    private static void CheckSettings(FieldTable definition)
    {
        string[] unknown = [.. definition.Where(static pair => !s_settings.Contains(pair.Key))
            .Select(static pair =>
                $"{{&lt;&lt;\"{pair.Key}\"&gt;&gt;,{FieldTableJson.ToJson(pair.Value)?.ToJsonString()}}}")];
        if (unknown.Length > 0)
        {
            throw ApiException.BadRequest(
                $"Validation failed\n\n[{string.Join(",\n ", unknown)}] are not recognised policy settings\n");
        }
    }

    private static ApiResult List(ApiRequest request) => Shapes.List(
        request.Broker.Control(static core => core.Policies)
            .Where(each => (request.OptionalVirtualHost ?? each.VirtualHost) == each.VirtualHost),
        Shapes.Policy);

    private static BrokerPolicy? Find(ApiRequest request) => request.Broker.Control(static core => core.Policies)
        .FirstOrDefault(each => each.VirtualHost == request.VirtualHost && each.Name == request["name"]);

    private static ApiResult Put(ApiRequest request)
    {
        string applyTo = request.Text("apply-to") ?? "all";
        if (applyTo is not ("all" or "queues" or "exchanges" or "classic_queues" or "quorum_queues" or "streams"))
        {
            throw ApiException.BadRequest($"\"apply-to\" cannot be \"{applyTo}\"");
        }

        request.Require("pattern", "definition");
        CheckSettings(request.Table("definition"));

        BrokerPolicy policy = new(
            request.VirtualHost, request["name"], request.RequiredText("pattern"), request.Table("definition"))
        {
            Priority = (int)Math.Clamp(request.Number("priority") ?? 0, int.MinValue, int.MaxValue),
            ApplyTo = applyTo,
        };
        bool isThere = Find(request) is not null;
        request.Broker.Control(core => core.PutPolicy(policy));
        return isThere ? ApiResult.NoContent : ApiResult.Created;
    }
}
