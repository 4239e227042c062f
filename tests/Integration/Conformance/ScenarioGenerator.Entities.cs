using System.Text.Json.Nodes;

namespace Amqp.Integration.Conformance;

/// <content>Queues, exchanges, bindings and their names.</content>
internal sealed partial class ScenarioGenerator
{
    private static readonly string[] Kinds = ["direct", "fanout", "topic", "headers"];

    private string Queue() => _queues[Next(3)];

    private string Exchange() => _hasTopics && Next(4) == 0 ? "amq.topic" : _exchanges[Next(_exchanges.Length)];

    /// <summary>The server's own exchange is everybody's: keys to it have the conversation's name in them.</summary>
    private string Key(string exchange) => exchange == "amq.topic"
        ? Pick(_queues[0], _queues[1], _prefix + ".a", _prefix + ".a.b", _prefix + ".*", _prefix + ".#")
        : Pick(Keys);

    private JsonObject Binding()
    {
        var exchange = Exchange();
        return new JsonObject
        {
            ["queue"] = Queue(),
            ["exchange"] = exchange,
            ["routing-key"] = Key(exchange),
            ["arguments"] = Next(3) == 0 ? new JsonObject { ["x-match"] = Pick("all", "any"), ["k"] = Next(2) } : [],
        };
    }

    private JsonObject ExchangeBinding()
    {
        Features.Add("exchange to exchange");
        var source = Exchange();
        return new JsonObject
        {
            ["source"] = source,
            ["destination"] = _exchanges[Next(_exchanges.Length)],
            ["routing-key"] = Key(source),
        };
    }

    private JsonObject ExchangeDeclaration(int number)
    {
        var arguments = new JsonObject();
        if (Next(4) == 0)
        {
            arguments["alternate-exchange"] = Exchange();
            Features.Add("alternate exchanges");
        }

        var declaration = new JsonObject
        {
            ["exchange"] = _exchanges[number],
            ["type"] = Pick(Kinds),
            ["arguments"] = arguments,
        };
        foreach (var (flag, oneIn) in new[] { ("internal", 8), ("auto-delete", 6), ("durable", 4) })
        {
            if (Next(oneIn) == 0)
            {
                declaration[flag] = true;
                Features.Add($"{flag} exchanges");
            }
        }

        return declaration;
    }

    /// <summary>Dead letters may come back: cycles are part of what is compared.</summary>
    private JsonObject Declaration(int number)
    {
        var arguments = new JsonObject();
        var isQuorum = _isQuorum[number] != (Next(20) == 0);
        if (Next(3) == 0)
        {
            arguments["x-max-length"] = Next(3);
            arguments["x-overflow"] = isQuorum
                ? Pick("drop-head", "reject-publish")
                : Pick("drop-head", "reject-publish", "reject-publish-dlx");
            Features.Add("length limits");
        }

        if (Next(4) == 0)
        {
            arguments["x-message-ttl"] = Pick(0, 60, 60000);
            Features.Add("time to live");
        }

        if (Next(3) == 0)
        {
            arguments["x-dead-letter-exchange"] = Pick("", "", "", Exchange());
            arguments["x-dead-letter-routing-key"] = Queue();
            Features.Add("dead letters");
        }

        if (Next(8) == 0)
        {
            arguments["x-single-active-consumer"] = true;
            Features.Add("single active consumers");
        }

        if (isQuorum)
        {
            arguments["x-queue-type"] = "quorum";
        }

        if (Next(isQuorum ? 3 : 30) == 0)
        {
            arguments["x-delivery-limit"] = Next(3);
        }

        if (Next(isQuorum ? 30 : 4) == 0)
        {
            arguments["x-max-priority"] = Next(4);
            Features.Add("priorities");
        }

        return new JsonObject
        {
            ["queue"] = _queues[number],
            ["durable"] = isQuorum ? Next(20) > 0 : Next(4) == 0,
            ["auto-delete"] = Next(isQuorum ? 30 : 8) == 0,
            ["exclusive"] = Next(isQuorum ? 30 : 8) == 0,
            ["arguments"] = arguments,
        };
    }
}
