using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.FakeBroker.Journal;

namespace Amqp.FakeBroker.Http;

/// <summary>/sim: time, settings, what is there and what happened.</summary>
internal static class SimStateApi
{
    public static Route[] Routes =>
    [
        new("GET", "/sim", Index),
        new("GET", "/sim/state", State),
        new("GET", "/sim/connections", Connections),
        new("GET", "/sim/time", Time),
        new("POST", "/sim/time/advance", static request =>
        {
            request.Broker.AdvanceTime(request.Milliseconds("ms")
                ?? throw ApiException.BadRequest("key_missing: \"ms\" is required"));
            return Time(request);
        })
        {
            Keys = ["ms"],
        },
        new("POST", "/sim/time/stop", static request =>
        {
            request.Broker.StopTime();
            return Time(request);
        }),
        new("POST", "/sim/time/resume", static request =>
        {
            request.Broker.ResumeTime();
            return Time(request);
        }),
        new("PATCH", "/sim/settings", Settings)
        {
            Keys = ["max_message_size", "consumer_timeout_ms", "consumer_timeout_interval_ms"],
        },
        new("PUT", "/sim/vhosts/{vhost}/tracing", static request =>
        {
            request.Broker.Control(core => core.SetTracing(request.VirtualHost, request.Flag("on", otherwise: true)));
            return ApiResult.NoContent;
        })
        {
            Keys = ["on"],
        },
        new("GET", "/sim/journal", Journal) { Queries = ["after"] },
        new("DELETE", "/sim/journal", static request =>
        {
            request.Broker.ClearJournal();
            return ApiResult.NoContent;
        }),
        new("GET", "/sim/published", Published) { Queries = ["exchange", "routing_key", "unroutable"] },
    ];

    private static ApiResult Index(ApiRequest request) => new JsonObject
    {
        ["routes"] = Shapes.List(RouteTable.Build(), static route => (JsonNode)$"{route.Method} {route.Path}"),
    };

    private static ApiResult State(ApiRequest request) => request.Broker.Control<ApiResult>(core => new JsonObject
    {
        ["profile"] = core.Profile.Name,
        ["running"] = core.IsRunning,
        ["down"] = request.Broker.IsDown,
        ["memory_alarm"] = core.HasMemoryAlarm,
        ["disk_alarm"] = core.HasDiskAlarm,
        ["connections"] = core.Connections.Count,
        ["stored_octets"] = core.StoredOctets,
        ["published"] = core.PublishedCount,
        ["unroutable"] = core.UnroutableCount,
        ["max_message_size"] = core.MaxMessageSize,
        ["consumer_timeout_ms"] = (long)core.ConsumerTimeout.TotalMilliseconds,
        ["uptime_ms"] = (long)request.Broker.Uptime.TotalMilliseconds,
        ["time_stopped"] = request.Broker.IsTimeStopped,
    });

    private static ApiResult Connections(ApiRequest request) => request.Broker.Control<ApiResult>(core => Shapes.List(
        core.Connections,
        each => new JsonObject
        {
            ["number"] = each.Number,
            ["name"] = each.Name,
            ["connection_name"] = SimFaultApi.GivenName(each),
            ["user"] = each.UserName,
            ["vhost"] = each.VirtualHost,
            ["open"] = each.IsOpen,
            ["blocked"] = each.IsBlocked,
            ["frozen"] = request.Broker.Ends(each).IsFrozen,
            ["channels"] = each.Channels.Count,
        }));

    private static ApiResult Time(ApiRequest request) => new JsonObject
    {
        ["uptime_ms"] = (long)request.Broker.Uptime.TotalMilliseconds,
        ["stopped"] = request.Broker.IsTimeStopped,
    };

    private static ApiResult Settings(ApiRequest request)
    {
        long? size = request.Number("max_message_size");
        if (size < 0)
        {
            throw ApiException.BadRequest("\"max_message_size\" must be at least 0");
        }

        TimeSpan? timeout = Positive("consumer_timeout_ms");
        TimeSpan? interval = Positive("consumer_timeout_interval_ms");
        request.Broker.Control(core =>
        {
            if (size is { } octets)
            {
                core.SetMaxMessageSize(octets);
            }

            if (timeout is not null || interval is not null)
            {
                core.SetConsumerTimeout(
                    timeout ?? core.ConsumerTimeout, interval ?? core.Options.ConsumerTimeoutInterval);
            }
        });
        return State(request);

        TimeSpan? Positive(string key) => request.Milliseconds(key) is not { } time || time > TimeSpan.Zero
            ? request.Milliseconds(key)
            : throw ApiException.BadRequest($"\"{key}\" must be at least 1");
    }

    private static ApiResult Journal(ApiRequest request)
    {
        ulong after = 0;
        if (request.Query("after") is { } text
            && !ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw ApiException.BadRequest("\"after\" must be a number");
        }

        return Shapes.List(request.Broker.Journal(after), static entry => new JsonObject
        {
            ["sequence"] = entry.Sequence,
            ["at_ms"] = entry.At.TotalMilliseconds,
            ["kind"] = Word(entry.Kind),
            ["connection"] = entry.Connection,
            ["channel"] = entry.Channel,
            ["text"] = entry.Text,
        });
    }

    private static ApiResult Published(ApiRequest request)
    {
        bool onlyUnroutable = request.StrictQueryFlag("unroutable");
        return Shapes.List(
            request.Broker.Published.Where(each =>
                (request.Query("exchange") ?? each.Exchange) == each.Exchange
                && (request.Query("routing_key") ?? each.RoutingKey) == each.RoutingKey
                && (!onlyUnroutable || each.Queues.IsEmpty)),
            Show);
    }

    private static JsonObject Show(PublishedMessage each)
    {
        JsonObject json = new()
        {
            ["sequence"] = each.Sequence,
            ["at_ms"] = each.At.TotalMilliseconds,
            ["connection"] = each.Connection,
            ["channel"] = each.Channel,
            ["vhost"] = each.VirtualHost,
            ["exchange"] = each.Exchange,
            ["routing_key"] = each.RoutingKey,
            ["mandatory"] = each.IsMandatory,
            ["queues"] = Shapes.List(each.Queues, static name => (JsonNode)name),
            ["properties"] = Shapes.Properties(each.Properties),
        };
        Shapes.AddPayload(json, each.Body.Span, isBase64Wanted: false);
        return json;
    }

    private static string Word(JournalKind kind) => string.Concat(kind.ToString().Select(static (letter, i) =>
        char.IsUpper(letter) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(letter) : letter.ToString()));
}
