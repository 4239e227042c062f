using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/bindings.</summary>
internal static class BindingApi
{
    private const string ToQueue = "/api/bindings/{vhost}/e/{source}/q/{destination}";
    private const string ToExchange = "/api/bindings/{vhost}/e/{source}/e/{destination}";

    public static Route[] Routes =>
    [
        new("GET", "/api/bindings", static request => List(request, static _ => true)),
        new("GET", "/api/bindings/{vhost}", static request => List(request, static _ => true)),
        new("GET", ToQueue, static request => Between(request, true)),
        new("POST", ToQueue, static request => Bind(request, true)),
        new("GET", ToQueue + "/{key}", static request => Shapes.Binding(Find(request, true))),
        new("DELETE", ToQueue + "/{key}", static request => Unbind(request, true)),
        new("GET", ToExchange, static request => Between(request, false)),
        new("POST", ToExchange, static request => Bind(request, false)),
        new("GET", ToExchange + "/{key}", static request => Shapes.Binding(Find(request, false))),
        new("DELETE", ToExchange + "/{key}", static request => Unbind(request, false)),
    ];

    /// <summary>
    /// What names a binding among those between the same ends: the routing key ("~" for an empty one), and a hash of
    /// the arguments when there are any.
    /// </summary>
    public static string PropertiesKey(BindingInfo binding)
    {
        string key = Uri.EscapeDataString(binding.RoutingKey);
        return binding.Arguments.Count > 0
            ? $"{key}~{Hash(binding)}"
            : key.Length == 0 ? "~" : key;
    }

    private static string Hash(BindingInfo binding)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(FieldTableJson.ToJson(binding.Arguments).ToJsonString()));
        return Convert.ToBase64String(hash, 0, 12).Replace('+', '-').Replace('/', '_');
    }

    private static ApiResult List(ApiRequest request, Func<BindingInfo, bool> isChosen) =>
        Shapes.List(
            request.Broker.Control(core => core.ListBindings(request.OptionalVirtualHost)).Where(isChosen),
            Shapes.Binding);

    private static ApiResult Between(ApiRequest request, bool isToQueue)
    {
        string source = request.Exchange("source");
        return List(
            request,
            each => each.Source == source && each.IsToQueue == isToQueue && each.Destination == request["destination"]);
    }

    private static ApiResult Bind(ApiRequest request, bool isToQueue)
    {
        BindingInfo binding = new(
            request.VirtualHost,
            request.Exchange("source"),
            request["destination"],
            isToQueue,
            request.Text("routing_key") ?? "",
            request.Table("arguments"));
        request.Broker.Control(core => core.Bind(binding));
        string end = isToQueue ? "q" : "e";
        return ApiResult.Created with
        {
            Location = $"{request["source"]}/{end}/{Uri.EscapeDataString(binding.Destination)}/"
                + PropertiesKey(binding),
        };
    }

    private static ApiResult Unbind(ApiRequest request, bool isToQueue)
    {
        BindingInfo binding = Find(request, isToQueue);
        request.Broker.Control(core => core.Unbind(binding));
        return ApiResult.NoContent;
    }

    private static BindingInfo Find(ApiRequest request, bool isToQueue)
    {
        // The path was unescaped once; the key escapes the routing key itself.
        string key = request["key"];
        return request.Broker.Control(core => core.ListBindings(request.VirtualHost))
            .FirstOrDefault(each => each.IsToQueue == isToQueue && each.Source == request.Exchange("source")
                && each.Destination == request["destination"]
                && (PropertiesKey(each) == key || Uri.UnescapeDataString(PropertiesKey(each)) == key))
            ?? throw ApiException.NotFound();
    }
}
