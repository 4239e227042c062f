using System.Text.Json.Nodes;

namespace Amqp.Integration.Conformance;

/// <content>What clients do.</content>
internal sealed partial class ScenarioGenerator
{
    private static readonly Actor Main = new("a", 1);

    private readonly List<Actor> _actors = [Main, Main, new("a", 2), new("a", 2)];

    private void Step()
    {
        var at = Pick(_actors);
        switch (Next(21))
        {
            case 0:
                Risk(at, "queue.declare", Declaration(Next(3)));
                break;
            case 1:
                Risk(at, "queue.declare", new JsonObject { ["queue"] = Queue(), ["passive"] = true });
                break;
            case 2:
                Risk(at, Pick("queue.unbind", "queue.bind"), Binding());
                break;
            case 3:
                Send(at, "queue.bind", Binding());
                break;
            case 4:
                Risk(at, Pick("exchange.bind", "exchange.bind", "exchange.unbind"), ExchangeBinding());
                break;
            case 5:
                Qos(at);
                break;
            case 6 or 7:
                Consume(at);
                break;
            case 8:
                Send(at, "basic.cancel", new JsonObject { ["consumer-tag"] = $"t{1 + Next(_tag + 1)}" });
                break;
            case 9 or 10:
                Send(at, "basic.get", new JsonObject { ["queue"] = Queue(), ["no-ack"] = Next(3) == 0 });
                break;
            case 11 or 12 or 13:
                Settle(at);
                break;
            case 14:
                Rare(at);
                break;
            default:
                Publish(at);
                break;
        }
    }

    private void Rare(Actor at)
    {
        switch (Next(12))
        {
            case 0:
                Risk(at, "queue.purge", new JsonObject { ["queue"] = Queue() });
                break;
            case 1 or 2:
                Risk(at, "queue.delete", new JsonObject
                {
                    ["queue"] = Queue(),
                    ["if-unused"] = Next(4) == 0,
                    ["if-empty"] = Next(4) == 0,
                });
                break;
            case 3:
                Risk(at, "exchange.delete", new JsonObject { ["exchange"] = Exchange(), ["if-unused"] = Next(2) == 0 });
                break;
            case 4:
                Send(at, "confirm.select", []);
                Features.Add("confirms");
                break;
            case 5:
                Send(at, "tx.select", []);
                Publish(at);
                Publish(at);
                Send(at, Pick("tx.commit", "tx.rollback"), []);
                Features.Add("transactions");
                break;
            case 6:
                Send(at, "basic.recover", new JsonObject { ["requeue"] = true });
                break;
            case 7:
                Send(at, "channel.close", []);
                break;
            case 8:
                Send(at with { Channel = 0 }, "connection.close", new JsonObject { ["reply-code"] = 200 });
                Features.Add("closed connections");
                break;
            case 9:
                Add(at with { Channel = 0 }, new JsonObject { ["close-socket"] = true });
                Features.Add("closed connections");
                break;
            case 10:
                Risk(at, "exchange.declare", ExchangeDeclaration(Next(4)));
                break;
            default:
                _steps.Add(new JsonObject { ["wait-ms"] = 250 });
                break;
        }
    }

    /// <summary>
    /// A global prefetch ends the connection of whoever then consumes from a quorum queue: not too often.
    /// </summary>
    private void Qos(Actor at) => Send(at, "basic.qos", new JsonObject
    {
        ["prefetch-count"] = Next(3),
        ["global"] = Next(_isQuorum.Contains(true) ? 30 : 4) == 0,
    });

    private void Consume(Actor at)
    {
        var arguments = new JsonObject();
        if (Next(6) == 0)
        {
            arguments["x-priority"] = Next(3);
        }

        Send(at, "basic.consume", new JsonObject
        {
            ["queue"] = Queue(),
            ["consumer-tag"] = $"t{++_tag}",
            ["no-ack"] = Next(3) == 0,
            ["exclusive"] = Next(10) == 0,
            ["arguments"] = arguments,
        });
    }

    private void Settle(Actor at)
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

        Send(at, method, args);
    }

    private void Publish(Actor at)
    {
        var exchange = Next(2) == 0 ? "" : Exchange();
        var props = new JsonObject();
        if (Next(3) == 0)
        {
            props["priority"] = Next(12);
        }

        if (Next(4) == 0)
        {
            props["delivery-mode"] = 2;
        }

        if (Next(5) == 0)
        {
            props["expiration"] = Pick("0", "60", "60000", "60000", Next(8) == 0 ? "x" : "60");
        }

        if (Next(4) == 0)
        {
            props["headers"] = new JsonObject
            {
                ["k"] = Next(2),
                [Pick("CC", "BCC", "z")] = new JsonArray("A", new JsonArray(Queue())),
            };
        }

        Add(at, new JsonObject
        {
            ["publish"] = new JsonObject
            {
                ["exchange"] = exchange,
                ["routing-key"] = exchange.Length == 0 ? Queue() : Key(exchange),
                ["mandatory"] = Next(3) == 0,
                ["props"] = props,
                ["body"] = $"m{_steps.Count}",
            },
        });
    }
}
