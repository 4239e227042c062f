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

        if (request.Member("definition", System.Text.Json.JsonValueKind.Object) is null)
        {
            throw ApiException.BadRequest("key_missing: \"definition\" is required");
        }

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
