using System.Text.Json.Nodes;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/definitions.</summary>
internal static class DefinitionsApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/definitions", static request => Show(request.Broker.Export())),
        new("POST", "/api/definitions", static request => Import(request, null)),
        new("PUT", "/api/definitions", static request => Import(request, null)),
        new("GET", "/api/definitions/{vhost}", static request => ShowOf(request)),
        new("POST", "/api/definitions/{vhost}", static request => Import(request, request.VirtualHost)),
        new("PUT", "/api/definitions/{vhost}", static request => Import(request, request.VirtualHost)),
    ];

    private static ApiResult Show(BrokerDefinitions definitions)
    {
        JsonObject json = JsonNode.Parse(definitions.ToJson())!.AsObject();
        json["global_parameters"] = new JsonArray();
        return json;
    }

    private static ApiResult ShowOf(ApiRequest request)
    {
        JsonObject json = JsonNode.Parse(request.Broker.Export(request.VirtualHost).ToJson())!.AsObject();
        json["rabbit_version"] = request.Broker.Control(static core => core.Version);
        json["parameters"] = new JsonArray();
        foreach (string kind in new[] { "policies", "queues", "exchanges", "bindings" })
        {
            foreach (JsonNode? each in json[kind]!.AsArray())
            {
                each!.AsObject().Remove("vhost");
            }
        }

        return json;
    }

    private static ApiResult Import(ApiRequest request, string? host)
    {
        try
        {
            request.Broker.Import(BrokerDefinitions.Parse(request.Body.GetRawText()), host);
        }
        catch (BrokerControlException e)
        {
            // What is not there is the fault of the definitions, not of the path.
            throw ApiException.BadRequest(e.Message);
        }

        return ApiResult.NoContent;
    }
}
