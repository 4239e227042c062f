using System.Text.Json.Nodes;
using Amqp.Engine.Base;
using Amqp.Property.Conformance;

namespace Amqp.Integration.Conformance;

/// <summary>
/// Makes up conversations in the form of recorded scenarios: a few channels on a few connections, queues and exchanges
/// with arguments and policies, and what clients do with them, mistakes included.
/// </summary>
/// <param name="seed">What everything follows from; a part of every name, so that conversations do not meet.</param>
/// <param name="hasControl">True when <see cref="DifferentialSetUp"/> has been done.</param>
internal sealed partial class ScenarioGenerator(ulong seed, bool hasControl)
{
    private static readonly string[] Keys = ["", "a", "a.b", "a.b.c", "b", "*.b", "#", "a.#", "#.c"];

    private readonly string _prefix = $"diff-{seed:x}-";
    private readonly List<JsonNode> _steps = [];
    private readonly string[] _queues = new string[3];
    private readonly bool[] _isQuorum = new bool[3];
    private readonly string[] _exchanges = new string[4];
    private Prng _random = new(seed);
    private bool _hasPolicies;
    private bool _hasTopics;
    private int _tag;
    private int _channel = 2;

    /// <summary>What the conversation is about, for the count at the end of a run.</summary>
    public SortedSet<string> Features { get; } = new(StringComparer.Ordinal);

    public Scenario Make(int length)
    {
        Choose();
        for (var i = 0; i < 3; i++)
        {
            Send(Main, "queue.declare", Declaration(i));
            Send(Main, "exchange.declare", ExchangeDeclaration(i));
            Send(Main, "queue.bind", Binding());
        }

        for (var i = 0; i < length; i++)
        {
            Step();
        }

        return Scenario($"{seed}", [.. _steps]);
    }

    /// <summary>A scenario of these steps, in which what a step ends comes back when it is used next.</summary>
    public static Scenario Scenario(string name, JsonNode[] steps)
    {
        var json = new JsonObject
        {
            ["name"] = name,
            ["confirms"] = "expand",
            ["reopen"] = true,
            ["steps"] = new JsonArray(steps),
        };
        return new Scenario("generated", name, json, [], []);
    }

    private int Next(int count) => _random.NextInt32(count);

    private T Pick<T>(params IReadOnlyList<T> items) => items[Next(items.Count)];

    private void Choose()
    {
        _hasPolicies = hasControl && Next(3) == 0;
        _hasTopics = hasControl && Next(3) == 0;
        var quorum = Next(2) == 0 ? 0 : 1 + Next(3);
        for (var i = 0; i < 3; i++)
        {
            _isQuorum[i] = (quorum & (1 << i)) != 0;
            _queues[i] = $"{_prefix}{(_hasPolicies && Next(2) == 0 ? "p" : "q")}{i}";
        }

        for (var i = 0; i < 4; i++)
        {
            _exchanges[i] = $"{_prefix}{(_hasPolicies && Next(3) == 0 ? "e" : "x")}{i}";
        }

        _steps.Add(Connect("a", "guest", 1, 2));
        if (Next(2) == 0)
        {
            _actors.Add(new("b", 1));
            _actors.Add(new("b", 1));
            _steps.Add(Connect("b", "guest", 1));
            Features.Add("two connections");
        }

        if (hasControl && Next(3) == 0)
        {
            _actors.Add(new("l", 1));
            _actors.Add(new("l", 1));
            _steps.Add(Connect("l", DifferentialSetUp.LimitedUser, 1));
            Features.Add("access control");
        }

        Features.Add(_isQuorum.Contains(true) ? "quorum queues" : "classic queues only");
        if (_hasPolicies)
        {
            Features.Add("policies");
        }
    }

    private static JsonObject Connect(string name, string user, params int[] channels) => new()
    {
        ["conn"] = name,
        ["connect"] = new JsonObject
        {
            ["user"] = user,
            ["password"] = user,
            ["channels"] = new JsonArray([.. channels.Select(each => JsonValue.Create(each))]),
        },
    };

    private void Add(Actor at, JsonObject step)
    {
        step["conn"] = at.Connection;
        step["ch"] = at.Channel;
        _steps.Add(step);
    }

    private void Send(Actor at, string method, JsonObject args) =>
        Add(at, new JsonObject { ["send"] = new JsonObject { ["method"] = method, ["args"] = args } });

    /// <summary>What may close its channel gets one of its own.</summary>
    private void Risk(Actor at, string method, JsonObject args)
    {
        var channel = at with { Channel = ++_channel };
        Send(channel, "channel.open", []);
        Send(channel, method, args);
    }

    /// <summary>Who takes a step.</summary>
    private readonly record struct Actor(string Connection, int Channel);
}
