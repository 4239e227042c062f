using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <content>What each kind of step does.</content>
internal sealed partial class ScenarioPlayer
{
    private static readonly byte[] ProtocolHeader = [.. "AMQP\0\0\t\u0001"u8];

    private static readonly string[] Capabilities =
    [
        "publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
        "connection.blocked", "authentication_failure_close",
    ];

    /// <summary>Performs a step; the connection and channel whose answer is to be awaited, if there is one.</summary>
    private (ConformanceConnection Connection, int Channel)? Act(JsonObject step, string? outerConn, int outerChannel)
    {
        var name = (string?)step["conn"] ?? outerConn;
        var channel = (int?)step["ch"] ?? outerChannel;
        Reopen(step, name, channel);
        var connection = name is null ? null : _connections.GetValueOrDefault(name);
        if (step["connect"] is JsonObject connect)
        {
            _options[name!] = connect;
            Handshake(name!, (JsonObject)_placeholders.Reveal(connect)!);
        }
        else if (step.TryGetPropertyValue("tcp", out var tcp))
        {
            var raw = new ConformanceConnection(name!, _target.Connect())
            {
                AnswersCloses = (bool?)(tcp as JsonObject)?["auto-close-ok"] ?? true,
            };
            _connections[name!] = raw;
        }
        else if (step["do"] is JsonArray steps)
        {
            (ConformanceConnection, int)? last = null;
            foreach (var each in steps)
            {
                last = Act(each!.AsObject(), name, channel) ?? last;
            }

            return last;
        }
        else if (step["send"] is JsonObject send)
        {
            return Send(connection!, channel, send);
        }
        else if (step["publish"] is JsonObject publish)
        {
            Publish(connection!, channel, (JsonObject)_placeholders.Reveal(publish)!);
        }
        else if (step.ContainsKey("wait-ms"))
        {
            var end = _target.Now + TimeSpan.FromMilliseconds((int)step["wait-ms"]!);
            WaitUntil(() => false, end - _target.Now);
        }
        else if (step.ContainsKey("wait-eof-ms"))
        {
            WaitUntil(() => connection!.IsEnded, TimeSpan.FromMilliseconds((int)step["wait-eof-ms"]!));
        }
        else if (step["ctl"] is JsonArray words)
        {
            _target.Control([.. words.Select(each => (string)each!)]);
        }
        else
        {
            ActOnStream(connection!, channel, step);
        }

        return null;
    }

    private static void ActOnStream(ConformanceConnection connection, int channel, JsonObject step)
    {
        if (step["header"] is JsonObject header)
        {
            connection.Write(WireEncoder.Header(
                channel,
                (ulong?)header["size"] ?? 0,
                header["props"] as JsonObject,
                (int?)header["class"] ?? 60,
                (int?)header["weight"] ?? 0));
        }
        else if (step.ContainsKey("body"))
        {
            connection.Write(WireEncoder.Frame(3, channel, WireEncoder.Octets(step["body"])));
        }
        else if (step["frame"] is JsonObject frame)
        {
            var payload = frame.ContainsKey("hex")
                ? Convert.FromHexString((string)frame["hex"]!)
                : WireEncoder.Octets(frame["body"]);
            connection.Write(WireEncoder.Frame((int)frame["type"]!, channel, payload, (int?)frame["end"] ?? 206));
        }
        else if (step.ContainsKey("raw"))
        {
            connection.Write(Convert.FromHexString((string)step["raw"]!));
        }
        else if (step["set"] is JsonObject set)
        {
            connection.FrameMax = (int?)set["frame-max"] ?? connection.FrameMax;
            connection.AnswersCloses = (bool?)set["auto-close-ok"] ?? connection.AnswersCloses;
            connection.ShowsHeartbeats = (bool?)set["show-heartbeats"] ?? connection.ShowsHeartbeats;
        }
        else if (step.ContainsKey("close-socket"))
        {
            connection.CloseSocket();
        }
        else
        {
            throw new ScenarioException($"unknown step {step.ToJsonString()}");
        }
    }

    private (ConformanceConnection Connection, int Channel)? Send(
        ConformanceConnection connection,
        int channel,
        JsonObject send)
    {
        var method = (string)send["method"]!;
        var args = (JsonObject?)_placeholders.Reveal(send["args"]) ?? [];
        if (method == "queue.declare" && args["queue"] is JsonValue queue && (string?)queue is { Length: > 0 } name)
        {
            _queues.Add(name);
        }
        else if (method == "exchange.declare" && (string?)args["exchange"] is { Length: > 0 } exchange)
        {
            _exchanges.Add(exchange);
        }

        connection.Send(channel, method, args);
        return WireTable.ByName[method].IsAnswered && !((bool?)args["nowait"] ?? false) ? (connection, channel) : null;
    }

    private static void Publish(ConformanceConnection connection, int channel, JsonObject publish)
    {
        var args = new JsonObject();
        foreach (var key in (string[])["exchange", "routing-key", "mandatory", "immediate"])
        {
            if (publish.TryGetPropertyValue(key, out var value))
            {
                args[key] = value?.DeepClone();
            }
        }

        var body = WireEncoder.Octets(publish["body"]);
        var size = ((int?)publish["frame-size"] ?? connection.FrameMax) - 8;
        connection.Write(
        [
            .. WireEncoder.Method(channel, "basic.publish", args),
            .. WireEncoder.Header(channel, (ulong)body.Length, publish["props"] as JsonObject),
            .. body.Chunk(size).SelectMany(each => WireEncoder.Frame(3, channel, each)),
        ]);
    }

    private ConformanceConnection Handshake(string name, JsonObject options)
    {
        var connection = new ConformanceConnection(name, _target.Connect());
        _connections[name] = connection;
        connection.Write(ProtocolHeader);
        Expect(connection, "connection.start");
        connection.Send(0, "connection.start-ok", new JsonObject
        {
            ["client-properties"] = new JsonObject
            {
                ["product"] = "conformance",
                ["capabilities"] = CapabilitiesOf(options["capabilities"] as JsonObject),
            },
            ["mechanism"] = "PLAIN",
            ["response"] = $"\0{(string?)options["user"] ?? "guest"}\0{(string?)options["password"] ?? "guest"}",
            ["locale"] = "en_US",
        });
        var tune = Expect(connection, "connection.tune")["args"]!;
        var frameMax = (int?)options["frame-max"] ?? (int)tune["frame-max"]!.GetValue<ulong>();
        connection.FrameMax = frameMax == 0 ? 131072 : frameMax;
        connection.Send(0, "connection.tune-ok", new JsonObject
        {
            ["channel-max"] = (int?)options["channel-max"] ?? (int)tune["channel-max"]!.GetValue<ulong>(),
            ["frame-max"] = frameMax,
            ["heartbeat"] = (int?)options["heartbeat"] ?? 0,
        });
        connection.Send(0, "connection.open", new JsonObject
        {
            ["virtual-host"] = (string?)options["vhost"] ?? "/",
        });
        Expect(connection, "connection.open-ok");
        foreach (var channel in options["channels"] as JsonArray ?? [1])
        {
            connection.Send((int)channel!, "channel.open");
            Expect(connection, "channel.open-ok");
        }

        connection.AnswersCloses = (bool?)options["auto-close-ok"] ?? true;
        connection.ShowsHeartbeats = (bool?)options["show-heartbeats"] ?? false;
        return connection;
    }

    private static JsonObject CapabilitiesOf(JsonObject? overrides)
    {
        var capabilities = new JsonObject(Capabilities.Select(each => KeyValuePair.Create(each, (JsonNode?)true)));
        foreach (var (key, value) in overrides ?? [])
        {
            capabilities.Remove(key);
            if (value is not null)
            {
                capabilities[key] = value.DeepClone();
            }
        }

        return capabilities;
    }

    private JsonObject Expect(ConformanceConnection connection, string method)
    {
        WaitUntil(() => connection.Events.Count > 0, HandshakeLimit);
        if (connection.Events.Count == 0)
        {
            throw new ScenarioException($"timeout waiting for {method} on {connection.Name}");
        }

        var shown = connection.Events[0].Event;
        connection.Events.RemoveAt(0);
        return (string?)shown["m"] == method
            ? shown
            : throw new ScenarioException($"wanted {method}, got {shown.ToJsonString()}");
    }
}
