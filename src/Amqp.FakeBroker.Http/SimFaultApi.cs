using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Amqp.FakeBroker.Faults;

namespace Amqp.FakeBroker.Http;

/// <summary>
/// /sim: faults on cue. A connection is named by its number, its name, its connection_name, or is "all".
/// </summary>
internal static class SimFaultApi
{
    public static Route[] Routes =>
    [
        new("POST", "/sim/connections/{connection}/close", static request => Inject(
            request, new CloseConnection(Selected(request), request.Text("reason") ?? "closed by a test")))
        {
            Keys = ["reason"],
        },
        new("POST", "/sim/connections/{connection}/cut", static request =>
            Inject(request, request["connection"] == "next"
                ? new CutNextConnection(ReadCut(request))
                : new CutConnection(Selected(request), ReadCut(request))))
        {
            Keys = ["kind", "after_ms", "after_bytes", "direction", "place"],
        },
        new("POST", "/sim/connections/{connection}/freeze", static request =>
            Inject(request, new FreezeConnection(Selected(request)))),
        new("POST", "/sim/connections/{connection}/thaw", static request =>
            Inject(request, new ThawConnection(Selected(request)))),
        new("POST", "/sim/connections/{connection}/stop-heartbeats", static request =>
            Inject(request, new StopHeartbeats(Selected(request)))),
        new("POST", "/sim/connections/{connection}/send", static request =>
            Inject(request, new SendBytes(Selected(request), Bytes(request))))
        {
            Keys = ["hex", "base64"],
        },
        new("PUT", "/sim/confirms", static request => Inject(request, Confirms(request)))
        {
            Keys = ["mode", "delay_ms"],
        },
        new("POST", "/sim/nack", static request => Inject(
            request, new NackPublishes(Count(request), request.Text("exchange"), request.Text("routing_key"))))
        {
            Keys = ["count", "exchange", "routing_key"],
        },
        new("POST", "/sim/return", static request => Inject(
            request, new ReturnPublishes(Count(request), request.Text("exchange"), request.Text("routing_key"))))
        {
            Keys = ["count", "exchange", "routing_key"],
        },
        new("POST", "/sim/queues/{vhost}/{queue}/cancel-consumers", static request => Inject(
            request, new CancelConsumers(request.VirtualHost, request["queue"], request.Text("consumer_tag"))))
        {
            Keys = ["consumer_tag"],
        },
        new("DELETE", "/sim/queues/{vhost}/{queue}", static request => Inject(
            request, new DeleteQueue(request.VirtualHost, request["queue"]))),
        new("PUT", "/sim/alarms/memory", static request =>
            Inject(request, new MemoryAlarm(request.Flag("on", otherwise: true)))) { Keys = ["on"] },
        new("PUT", "/sim/alarms/disk", static request =>
            Inject(request, new DiskAlarm(request.Flag("on", otherwise: true)))) { Keys = ["on"] },
        new("POST", "/sim/restart", static request => Inject(request, new RestartBroker(Downtime(request))))
        {
            Keys = ["downtime_ms"],
        },
        new("POST", "/sim/crash", static request => Inject(
            request, new CrashBroker(Downtime(request), request.Flag("lose_unconfirmed"))))
        {
            Keys = ["downtime_ms", "lose_unconfirmed"],
        },
        new("POST", "/sim/stop", static request => Do(request.Broker.ShutDown)),
        new("POST", "/sim/start", static request => Do(request.Broker.StartUp)),
    ];

    /// <summary>The number of the connection named in the path; null for all.</summary>
    /// <exception cref="ApiException">There is none of that name.</exception>
    public static ulong? Selected(ApiRequest request)
    {
        string name = request["connection"];
        if (name == "all")
        {
            return null;
        }

        return request.Broker.Control(core => core.Connections.FirstOrDefault(each =>
                each.Number.ToString(CultureInfo.InvariantCulture) == name
                || each.Name == name
                || GivenName(each) == name))?.Number
            ?? throw ApiException.NotFound($"there is no connection '{name}'");
    }

    /// <summary>What the client calls its connection.</summary>
    public static string? GivenName(BrokerConnection connection) =>
        connection.ClientProperties.TryGet("connection_name", out Engine.Wire.FieldValue name)
            && name.Type == Engine.Wire.FieldType.LongString
            ? name.AsString()
            : null;

    private static ApiResult Inject(ApiRequest request, BrokerFault fault)
    {
        request.Broker.Inject(fault);
        return ApiResult.NoContent;
    }

    private static ApiResult Do(Action work)
    {
        work();
        return ApiResult.NoContent;
    }

    private static int Count(ApiRequest request) =>
        !request.Body.TryGetProperty("count", out _)
            ? 1
            : (int)Math.Min(request.RequiredNumber("count", least: 0), int.MaxValue);

    private static TimeSpan Downtime(ApiRequest request) => request.Milliseconds("downtime_ms") ?? TimeSpan.Zero;

    private static byte[] Bytes(ApiRequest request)
    {
        if (request.Text("hex") is not { } hex)
        {
            return ApiRequest.Base64("base64", request.Text("base64")
                ?? throw ApiException.BadRequest("key_missing: \"hex\" or \"base64\" is required"));
        }

        byte[] octets = new byte[hex.Length / 2];
        return hex.Length % 2 == 0
            && Convert.FromHexString(hex, octets, out _, out _) == OperationStatus.Done
                ? octets
                : throw ApiException.BadRequest("\"hex\" must be pairs of hexadecimal digits");
    }

    private static BrokerFault Confirms(ApiRequest request) => request.RequiredText("mode") switch
    {
        "normal" => new ResumeConfirms(),
        "stop" => new StopConfirms(),
        "slow" => new SlowConfirms(request.Milliseconds("delay_ms")
            ?? throw ApiException.BadRequest("key_missing: \"delay_ms\" is required")),
        string other => throw ApiException.BadRequest($"\"mode\" must be normal, slow or stop, not \"{other}\""),
    };

    private static Cut ReadCut(ApiRequest request)
    {
        CutKind kind = (request.Text("kind") ?? "reset") switch
        {
            "fin" => CutKind.Fin,
            "reset" or "rst" => CutKind.Reset,
            "silent" => CutKind.Silent,
            "silent-one-way" => CutKind.SilentOneWay,
            string other => throw ApiException.BadRequest(
                $"\"kind\" must be fin, reset, silent or silent-one-way, not \"{other}\""),
        };
        int ways = new[] { "after_ms", "after_bytes", "place" }.Count(key => request.Body.TryGetProperty(key, out _));
        if (ways > 1)
        {
            throw ApiException.BadRequest("only one of \"after_ms\", \"after_bytes\" and \"place\" may be given");
        }

        if (request.Member("place", JsonValueKind.String) is { } place)
        {
            return new CutAtPlace(ProtocolPlace.Parse(place.GetString()!), kind);
        }

        if (request.Body.TryGetProperty("after_bytes", out _))
        {
            return new CutAtByte(ReadDirection(request), request.RequiredNumber("after_bytes", 0), kind);
        }

        return new CutAtTime(request.Milliseconds("after_ms") ?? TimeSpan.Zero, kind);
    }

    private static LinkDirection ReadDirection(ApiRequest request) => (request.Text("direction") ?? "to-client") switch
    {
        "to-client" => LinkDirection.ToClient,
        "to-broker" => LinkDirection.ToBroker,
        string other => throw ApiException.BadRequest($"\"direction\" must be to-client or to-broker, not \"{other}\""),
    };
}
