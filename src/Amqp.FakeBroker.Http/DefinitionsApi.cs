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
        new("GET", "/api/definitions/{vhost}", static request => Show(request.Broker.Export(request.VirtualHost))),
        new("POST", "/api/definitions/{vhost}", static request => Import(request, request.VirtualHost)),
        new("PUT", "/api/definitions/{vhost}", static request => Import(request, request.VirtualHost)),
    ];

    private static ApiResult Show(BrokerDefinitions definitions) => JsonNode.Parse(definitions.ToJson())!;

    private static ApiResult Import(ApiRequest request, string? host)
    {
        request.Broker.Import(BrokerDefinitions.Parse(request.Body.GetRawText()), host);
        return ApiResult.NoContent;
    }
}
