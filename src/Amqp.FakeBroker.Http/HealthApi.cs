using System.Globalization;
using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/health/checks and the older health checks.</summary>
internal static class HealthApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/health/checks/alarms", Alarms),
        new("GET", "/api/health/checks/local-alarms", Alarms),
        new("GET", "/api/health/checks/virtual-hosts", static _ => Ok()),
        new("GET", "/api/health/checks/node-is-mirror-sync-critical", static _ => Ok()),
        new("GET", "/api/health/checks/node-is-quorum-critical", static _ => Ok()),
        new("GET", "/api/health/checks/certificate-expiration/{within}/{unit}", static _ => Ok()),
        new("GET", "/api/health/checks/port-listener/{port}", Port),
        new("GET", "/api/health/checks/protocol-listener/{protocol}", Protocol),
        new("GET", "/api/healthchecks/node", static _ => Ok()),
        new("GET", "/api/healthchecks/node/{node}", static _ => Ok()),
        new("GET", "/api/aliveness-test/{vhost}", static request => request.Broker.Control(core =>
        {
            core.ListQueues(request.VirtualHost);
            return Ok();
        })),
    ];

    private static ApiResult Ok() => new JsonObject { ["status"] = "ok" };

    private static ApiResult Failed(string reason) =>
        new(503, new JsonObject { ["status"] = "failed", ["reason"] = reason });

    private static ApiResult Alarms(ApiRequest request) =>
        request.Broker.Control(static core => core.HasMemoryAlarm || core.HasDiskAlarm)
            ? Failed("There are alarms in effect in the cluster")
            : Ok();

    private static ApiResult Port(ApiRequest request) =>
        int.TryParse(request["port"], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? request.Broker.Listeners.Any(listener => listener.Port == port)
                ? new JsonObject { ["status"] = "ok", ["port"] = port }
                : NoListener(port, "ports", Shapes.List(request.Broker.Listeners, static each => (JsonNode)each.Port))
            : throw ApiException.BadRequest("the port is not a number");

    private static ApiResult Protocol(ApiRequest request)
    {
        bool isThere = request["protocol"] switch
        {
            "amqp" or "amqp091" => request.Broker.Listeners.Any(static listener => listener.Tls is null),
            "amqps" or "amqp/ssl" => request.Broker.Listeners.Any(static listener => listener.Tls is not null),
            "http" => true,
            _ => false,
        };
        return isThere ? new JsonObject { ["status"] = "ok", ["protocol"] = request["protocol"] }
            : NoListener(request["protocol"], "protocols", Shapes.List(
                request.Broker.Listeners, static each => (JsonNode)(each.Tls is null ? "amqp" : "amqp/ssl")));
    }

    private static ApiResult NoListener(JsonNode missing, string key, JsonArray there) => new(503, new JsonObject
    {
        ["status"] = "failed",
        ["reason"] = "No active listener",
        ["missing"] = missing,
        [key] = there,
    });
}
