using Amqp.Engine.Wire;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/policies and /api/operator-policies.</summary>
internal static class PolicyApi
{
    public static Route[] Routes =>
    [
        .. RoutesOf("/api/policies", new Kind(
            "all",
            s_settings,
            static core => core.Policies,
            static (core, policy) => core.PutPolicy(policy),
            static (core, host, name) => core.DeletePolicy(host, name))),
        .. RoutesOf("/api/operator-policies", new Kind(
            "queues",
            s_operatorSettings,
            static core => core.OperatorPolicies,
            static (core, policy) => core.PutOperatorPolicy(policy),
            static (core, host, name) => core.DeleteOperatorPolicy(host, name))),
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

    private static readonly string[] s_operatorSettings =
    [
        "delivery-limit", "expires", "max-in-memory-bytes", "max-in-memory-length", "max-length", "max-length-bytes",
        "message-ttl", "overflow", "target-group-size",
    ];

    // The reason is escaped for HTML, as RabbitMQ's is.
    private static void CheckSettings(FieldTable definition, string[] settings)
    {
        string[] unknown = [.. definition.Where(pair => !settings.Contains(pair.Key))
            .Select(static pair =>
                $"{{&lt;&lt;\"{pair.Key}\"&gt;&gt;,{FieldTableJson.ToJson(pair.Value)?.ToJsonString()}}}")];
        if (unknown.Length > 0)
        {
            throw ApiException.BadRequest(
                $"Validation failed\n\n[{string.Join(",\n ", unknown)}] are not recognised policy settings\n");
        }
    }

    private static ApiResult List(ApiRequest request, Kind kind) => Shapes.List(
        request.Broker.Control(kind.All)
            .Where(each => (request.OptionalVirtualHost ?? each.VirtualHost) == each.VirtualHost),
        Shapes.Policy);

    private static BrokerPolicy? Find(ApiRequest request, Kind kind) => request.Broker.Control(kind.All)
        .FirstOrDefault(each => each.VirtualHost == request.VirtualHost && each.Name == request["name"]);

    private static ApiResult Put(ApiRequest request, Kind kind)
    {
        string applyTo = request.Text("apply-to") ?? kind.ApplyTo;
        if (applyTo is not ("all" or "queues" or "exchanges" or "classic_queues" or "quorum_queues" or "streams"))
        {
            throw ApiException.BadRequest($"\"apply-to\" cannot be \"{applyTo}\"");
        }

        request.Require("pattern", "definition");
        CheckSettings(request.Table("definition"), kind.Settings);

        BrokerPolicy policy = new(
            request.VirtualHost, request["name"], request.RequiredText("pattern"), request.Table("definition"))
        {
            Priority = (int)Math.Clamp(request.Number("priority") ?? 0, int.MinValue, int.MaxValue),
            ApplyTo = applyTo,
        };
        bool isThere = Find(request, kind) is not null;
        request.Broker.Control(core => kind.Put(core, policy));
        return isThere ? ApiResult.NoContent : ApiResult.Created;
    }

    private static Route[] RoutesOf(string path, Kind kind) =>
    [
        new("GET", path, request => List(request, kind)),
        new("GET", path + "/{vhost}", request => List(request, kind)),
        new("GET", path + "/{vhost}/{name}", request =>
            Shapes.Policy(Find(request, kind) ?? throw ApiException.NotFound())),
        new("PUT", path + "/{vhost}/{name}", request => Put(request, kind)),
        new("DELETE", path + "/{vhost}/{name}", request =>
            request.Broker.Control(core => kind.Delete(core, request.VirtualHost, request["name"]))
                ? ApiResult.NoContent
                : throw ApiException.NotFound()),
    ];

    /// <summary>Policies of one kind: users' or operators'.</summary>
    private sealed record Kind(
        string ApplyTo,
        string[] Settings,
        Func<BrokerCore, IReadOnlyList<BrokerPolicy>> All,
        Action<BrokerCore, BrokerPolicy> Put,
        Func<BrokerCore, string, string, bool> Delete);
}
