using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/exchanges.</summary>
internal static class ExchangeApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/exchanges", List),
        new("GET", "/api/exchanges/{vhost}", List),
        new("GET", "/api/exchanges/{vhost}/{exchange}", Show),
        new("PUT", "/api/exchanges/{vhost}/{exchange}", Declare),
        new("DELETE", "/api/exchanges/{vhost}/{exchange}", Delete),
        new("POST", "/api/exchanges/{vhost}/{exchange}/publish", Publish),
        new("GET", "/api/exchanges/{vhost}/{exchange}/bindings/source", static request =>
            Bindings(request, (each, name) => each.Source == name)),
        new("GET", "/api/exchanges/{vhost}/{exchange}/bindings/destination", static request =>
            Bindings(request, (each, name) => !each.IsToQueue && each.Destination == name)),
    ];

    private static ApiResult List(ApiRequest request)
    {
        IReadOnlyList<ExchangeInfo> all =
            request.Broker.Control(core => core.ListExchanges(request.OptionalVirtualHost));
        return Paging.Page(
            request, all, static each => each.Name, each => Shapes.Exchange(each, request.User!.Name));
    }

    private static ApiResult Show(ApiRequest request)
    {
        JsonObject json = Shapes.Exchange(request.Broker.Control(core => Find(core, request)), request.User!.Name);
        json["incoming"] = new JsonArray();
        json["outgoing"] = new JsonArray();
        return json;
    }

    private static ApiResult Declare(ApiRequest request) => request.Broker.Control(core =>
    {
        string type = request.Text("type") ?? "direct";
        bool isDurable = request.Flag("durable");
        ExchangeInfo? there = core.ListExchanges(request.VirtualHost)
            .FirstOrDefault(each => each.Name == request.Exchange("exchange"));
        if (there is not null)
        {
            string what = $"exchange '{there.Name}' in vhost '{there.VirtualHost}'";
            Equivalence.Check("type", type, there.Type, what);
            Equivalence.Check("durable", isDurable, there.IsDurable, what);
            Equivalence.Check("auto_delete", request.Flag("auto_delete"), there.IsAutoDelete, what);
            Equivalence.Check("internal", request.Flag("internal"), there.IsInternal, what);
            Equivalence.Check(request.Table("arguments"), there.Arguments, what);
            return ApiResult.NoContent;
        }

        request.RefuseReserved("exchange");
        core.DeclareExchange(
            request.VirtualHost,
            request.Exchange("exchange"),
            type,
            isDurable,
            request.Flag("auto_delete"),
            request.Flag("internal"),
            request.Table("arguments"));
        return ApiResult.Created;
    });

    private static ApiResult Delete(ApiRequest request) => request.Broker.Control(core =>
    {
        ExchangeInfo exchange = Find(core, request);
        if (exchange.Name.Length == 0 || exchange.Name.StartsWith("amq.", StringComparison.Ordinal))
        {
            throw ApiException.Refused();
        }

        if (request.QueryFlag("if-unused")
            && core.ListBindings(exchange.VirtualHost).Any(each => each.Source == exchange.Name))
        {
            throw ApiException.BadRequest($"exchange '{exchange.Name}' in vhost '{exchange.VirtualHost}' in use");
        }

        core.DeleteExchange(exchange.VirtualHost, exchange.Name);
        return ApiResult.NoContent;
    });

    private static ApiResult Publish(ApiRequest request)
    {
        request.Require("properties", "routing_key", "payload", "payload_encoding");
        string routingKey = request.RequiredText("routing_key");
        byte[] body = MessageJson.Payload(request);
        var properties = MessageJson.Properties(request.Member("properties", System.Text.Json.JsonValueKind.Object));
        string exchange = request.Exchange("exchange");
        bool isRouted = request.Broker.Control(core =>
            core.ListExchanges(request.VirtualHost).Any(each => each.Name == exchange)
                ? core.Publish(request.VirtualHost, exchange, routingKey, properties, body)
                : throw ApiException.BadRequest(
                    $"404 NOT_FOUND - no exchange '{exchange}' in vhost '{request.VirtualHost}'"));
        return new JsonObject { ["routed"] = isRouted };
    }

    private static ApiResult Bindings(ApiRequest request, Func<BindingInfo, string, bool> isChosen) =>
        request.Broker.Control<ApiResult>(core =>
        {
            ExchangeInfo exchange = Find(core, request);
            return Shapes.List(
                core.ListBindings(exchange.VirtualHost).Where(each => isChosen(each, exchange.Name)), Shapes.Binding);
        });

    private static ExchangeInfo Find(BrokerCore core, ApiRequest request) => core.ListExchanges(request.VirtualHost)
        .FirstOrDefault(each => each.Name == request.Exchange("exchange")) ?? throw ApiException.NotFound();
}
