using System.Text.Json.Nodes;
using Amqp.Engine.Base;
using Amqp.Property.Conformance;

namespace Amqp.Integration.Conformance;

/// <summary>
/// Makes up conversations in the form of recorded scenarios: two channels, a few queues with arguments, two exchanges,
/// and what clients do with them, mistakes included.
/// </summary>
internal sealed class ScenarioGenerator(ulong seed)
{
    private static readonly string[] Kinds = ["direct", "fanout", "topic", "headers"];
    private static readonly string[] Keys = ["", "a", "a.b", "a.b.c", "b", "*.b", "#", "a.#", "#.c"];

    private readonly string _prefix = $"diff-{seed:x}-";
    private readonly List<JsonNode> _steps = [];
    private Prng _random = new(seed);
    private int _tag;
    private int _channel = 2;

    public Scenario Make(int length)
    {
        _steps.Add(new JsonObject
        {
            ["conn"] = "a",
            ["connect"] = new JsonObject { ["channels"] = new JsonArray(1, 2) },
        });
        for (var i = 0; i < 3; i++)
        {
            Send(1, "queue.declare", Declaration(i));
            Send(1, "exchange.declare", new JsonObject { ["exchange"] = Exchange(i), ["type"] = Pick(Kinds) });
            Send(1, "queue.bind", Binding());
        }

        for (var i = 0; i < length; i++)
        {
            Step();
        }

        var json = new JsonObject
        {
            ["name"] = $"{seed}",
            ["confirms"] = "expand",
            ["steps"] = new JsonArray([.. _steps]),
        };
        return new Scenario("generated", $"{seed}", json, [], []);
    }

    private int Next(int count) => _random.NextInt32(count);

    private T Pick<T>(params IReadOnlyList<T> items) => items[Next(items.Count)];

    private string Queue() => Queue(Next(3));

    private string Queue(int number) => $"{_prefix}q{number}";

    private string Exchange() => Exchange(Next(3));

    private string Exchange(int number) => $"{_prefix}x{number}";

    private void Add(int channel, JsonObject step)
    {
        step["conn"] = "a";
        step["ch"] = channel;
        _steps.Add(step);
    }

    private void Send(int channel, string method, JsonObject args) =>
        Add(channel, new JsonObject { ["send"] = new JsonObject { ["method"] = method, ["args"] = args } });

    /// <summary>What may close its channel gets one of its own.</summary>
    private void Risk(string method, JsonObject args)
    {
        var channel = ++_channel;
        Send(channel, "channel.open", []);
        Send(channel, method, args);
    }

    private void Step()
    {
        var channel = 1 + Next(2);
        switch (Next(20))
        {
            case 0:
                Risk("queue.declare", Declaration(Next(3)));
                break;
            case 1:
                Risk("queue.declare", new JsonObject { ["queue"] = Queue(), ["passive"] = true });
                break;
            case 2 or 3:
                Risk(Pick("queue.unbind", "queue.bind", "queue.bind"), Binding());
                break;
            case 4:
                Risk(Pick("exchange.bind", "exchange.unbind"), new JsonObject
                {
                    ["source"] = Exchange(),
                    ["destination"] = Exchange(),
                    ["routing-key"] = Pick(Keys),
                });
                break;
            case 5:
                Send(channel, "basic.qos", new JsonObject
                {
                    ["prefetch-count"] = Next(3),
                    ["global"] = Next(4) == 0,
                });
                break;
            case 6 or 7:
                Send(channel, "basic.consume", new JsonObject
                {
                    ["queue"] = Queue(),
                    ["consumer-tag"] = $"t{++_tag}",
                    ["no-ack"] = Next(3) == 0,
                    ["exclusive"] = Next(10) == 0,
                });
                break;
            case 8:
                Send(channel, "basic.cancel", new JsonObject { ["consumer-tag"] = $"t{1 + Next(_tag + 1)}" });
                break;
            case 9 or 10:
                Send(channel, "basic.get", new JsonObject { ["queue"] = Queue(), ["no-ack"] = Next(3) == 0 });
                break;
            case 11 or 12:
                Settle(channel);
                break;
            case 13:
                Rare(channel);
                break;
            default:
                Publish(channel);
                break;
        }
    }

    private void Rare(int channel)
    {
        switch (Next(8))
        {
            case 0:
                Risk("queue.purge", new JsonObject { ["queue"] = Queue() });
                break;
            case 1:
                Risk("queue.delete", new JsonObject
                {
                    ["queue"] = Queue(),
                    ["if-unused"] = Next(2) == 0,
                    ["if-empty"] = Next(2) == 0,
                });
                break;
            case 2:
                Risk("exchange.delete", new JsonObject
                {
                    ["exchange"] = Exchange(),
                    ["if-unused"] = Next(2) == 0,
                });
                break;
            case 3:
                Send(channel, "confirm.select", []);
                break;
            case 4:
                Send(channel, Pick("tx.select", "tx.commit", "tx.rollback"), []);
                break;
            case 5:
                Send(channel, "basic.recover", new JsonObject { ["requeue"] = true });
                break;
            case 6:
                Send(channel, "channel.close", []);
                Send(channel, "channel.open", []);
                break;
            default:
                _steps.Add(new JsonObject { ["wait-ms"] = 250 });
                break;
        }
    }

    private void Settle(int channel)
    {
        var method = Pick("basic.ack", "basic.nack", "basic.nack", "basic.ack", "basic.nack", "basic.reject");
        var isAll = method != "basic.reject" && Next(5) > 0;
        var args = new JsonObject { ["delivery-tag"] = isAll ? 0 : 1 + Next(4) };
        if (method != "basic.reject")
        {
            args["multiple"] = isAll || Next(3) == 0;
        }

        if (method != "basic.ack")
        {
            args["requeue"] = Next(2) == 0;
        }

        Send(channel, method, args);
    }

    private void Publish(int channel)
    {
        var isDefault = Next(2) == 0;
        var props = new JsonObject();
        if (Next(3) == 0)
        {
            props["priority"] = Next(12);
        }

        if (Next(5) == 0)
        {
            props["expiration"] = Pick("0", "100", "60000", "60000", Next(8) == 0 ? "x" : "100");
        }

        if (Next(4) == 0)
        {
            props["headers"] = new JsonObject
            {
                ["k"] = Next(2),
                [Pick("CC", "BCC", "z")] = new JsonArray("A", new JsonArray(Queue())),
            };
        }

        Add(channel, new JsonObject
        {
            ["publish"] = new JsonObject
            {
                ["exchange"] = isDefault ? "" : Exchange(),
                ["routing-key"] = isDefault ? Queue() : Pick(Keys),
                ["mandatory"] = Next(3) == 0,
                ["props"] = props,
                ["body"] = $"m{_steps.Count}",
            },
        });
    }

    private JsonObject Binding() => new()
    {
        ["queue"] = Queue(),
        ["exchange"] = Exchange(),
        ["routing-key"] = Pick(Keys),
        ["arguments"] = Next(3) == 0 ? new JsonObject { ["x-match"] = Pick("all", "any"), ["k"] = Next(2) } : [],
    };

    /// <summary>Dead letters may come back: cycles are part of what is compared.</summary>
    private JsonObject Declaration(int number)
    {
        var arguments = new JsonObject();
        if (Next(3) == 0)
        {
            arguments["x-max-length"] = Next(3);
            arguments["x-overflow"] = Pick("drop-head", "reject-publish", "reject-publish-dlx");
        }

        if (Next(4) == 0)
        {
            arguments["x-message-ttl"] = Pick(0, 100, 60000);
        }

        if (Next(3) == 0)
        {
            arguments["x-dead-letter-exchange"] = "";
            arguments["x-dead-letter-routing-key"] = Queue();
        }

        if (Next(4) == 0)
        {
            arguments["x-max-priority"] = Next(4);
        }

        if (Next(8) == 0)
        {
            arguments["x-single-active-consumer"] = true;
        }

        return new JsonObject
        {
            ["queue"] = Queue(number),
            ["auto-delete"] = Next(8) == 0,
            ["arguments"] = arguments,
        };
    }
}
