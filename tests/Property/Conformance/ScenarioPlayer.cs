using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>Plays one scenario to a broker and says where what came differs from what was recorded.</summary>
internal sealed partial class ScenarioPlayer
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(8);

    private readonly IConformanceTarget _target;
    private readonly Scenario _scenario;
    private readonly Placeholders _placeholders;
    private readonly ConfirmExpander _confirms = new();
    private readonly SortedDictionary<string, ConformanceConnection> _connections = new(StringComparer.Ordinal);
    private readonly List<string> _queues = [];
    private readonly List<string> _exchanges = [];

    private ScenarioPlayer(IConformanceTarget target, Scenario scenario)
    {
        _target = target;
        _scenario = scenario;
        _placeholders = new Placeholders(() => target.UtcNow);
    }

    /// <summary>Plays it; a line for each difference, none when all is as recorded.</summary>
    public static IReadOnlyList<string> Play(IConformanceTarget target, Scenario scenario) =>
        new ScenarioPlayer(target, scenario).Play();

    /// <summary>Plays it and gives what came, step by step.</summary>
    public static IReadOnlyList<JsonObject> Record(IConformanceTarget target, Scenario scenario)
    {
        var player = new ScenarioPlayer(target, scenario);
        try
        {
            return player.Run([]);
        }
        finally
        {
            player.CleanUp();
        }
    }

    private IReadOnlyList<string> Play()
    {
        List<JsonObject> got = [];
        try
        {
            Run(got);
        }
        catch (ScenarioException e)
        {
            return [$"step {got.Count}: {e.Message}"];
        }
        finally
        {
            CleanUp();
        }

        return ScenarioComparison.Differences(_scenario.Steps, got);
    }

    private List<JsonObject> Run(List<JsonObject> got)
    {
        foreach (var step in _scenario.Steps)
        {
            var awaited = Act(step, null, 0);
            if (step.ContainsKey("connect") || step.ContainsKey("set") || step.ContainsKey("tcp"))
            {
                got.Add([]);
                continue;
            }

            var expand = _scenario.ExpandsConfirms;
            Settle(awaited, IdleOf(step), expand ? null : step["expect"] as JsonObject);
            got.Add(Collect(expand));
        }

        return got;
    }

    private TimeSpan IdleOf(JsonObject step) =>
        (step["idle-ms"] ?? _scenario.Json["idle-ms"]) is { } idle
            ? TimeSpan.FromMilliseconds((int)idle)
            : _target.Idle;

    private bool PumpAll(TimeSpan limit)
    {
        var live = _connections.Values.Where(each => !each.IsEnded).ToList();
        _target.Wait([.. live.Select(each => each.Stream)], limit);
        var any = false;
        foreach (var connection in live)
        {
            any |= connection.Pump();
        }

        return any;
    }

    private void WaitUntil(Func<bool> isDone, TimeSpan limit)
    {
        for (var end = _target.Now + limit; !isDone() && _target.Now < end;)
        {
            PumpAll(Min(end - _target.Now, TimeSpan.FromMilliseconds(50)));
        }
    }

    /// <summary>
    /// Reads until the awaited answer came, what is hinted at came, and nothing more comes for a while.
    /// </summary>
    private void Settle((ConformanceConnection Connection, int Channel)? awaited, TimeSpan idle, JsonObject? hint)
    {
        if (awaited is { } wanted)
        {
            WaitUntil(() => wanted.Connection.IsEnded || wanted.Connection.Events.Any(
                each => (each.Channel == wanted.Channel || each.Channel == 0) && IsAnswer(each.Event)), AnswerLimit);
        }

        if (hint is not null)
        {
            WaitUntil(() => _connections.Values.All(each => each.IsEnded) || HasAll(hint), AnswerLimit);
        }

        for (var last = _target.Now; last + idle > _target.Now;)
        {
            if (PumpAll(last + idle - _target.Now))
            {
                last = _target.Now;
            }
        }
    }

    private static bool IsAnswer(JsonObject shown) =>
        (string?)shown["m"] is not (null or "basic.deliver" or "basic.ack" or "basic.return");

    private bool HasAll(JsonObject hint) => hint.All(
        each => each.Value!.AsArray().Count <= _connections.Values.Sum(
            connection => connection.Events.Count(one => Key(connection, one.Channel) == each.Key)));

    private static string Key(ConformanceConnection connection, int channel) => $"{connection.Name}/{channel}";

    private JsonObject Collect(bool expand)
    {
        Dictionary<string, List<JsonObject>> found = new(StringComparer.Ordinal);
        foreach (var connection in _connections.Values)
        {
            foreach (var (channel, raw) in connection.Events.Where(each => IsShown(connection, each.Event)))
            {
                var shown = _placeholders.Hide(raw);
                if ((string?)shown["m"] == "queue.declare-ok" && (string?)shown["args"]!["queue"] is { } queue)
                {
                    _queues.Add(queue);
                }

                var key = Key(connection, channel);
                if (!found.TryGetValue(key, out var list))
                {
                    found.Add(key, list = []);
                }

                list.Add(shown);
            }

            connection.Events.Clear();
        }

        var collected = new JsonObject();
        foreach (var (key, list) in found)
        {
            collected[key] = new JsonArray([.. expand ? _confirms.Expand(key, list) : list]);
        }

        return collected;
    }

    /// <summary>Ends the connections and deletes what the scenario made, for a broker that lives on.</summary>
    private void CleanUp()
    {
        foreach (var connection in _connections.Values.Where(each => !each.IsEnded))
        {
            connection.AnswersCloses = true;
            connection.Events.Clear();
            connection.Send(0, "connection.close");
        }

        WaitUntil(
            () => _connections.Values.All(
                each => each.IsEnded || each.Events.Any(one => (string?)one.Event["m"] == "connection.close-ok")),
            TimeSpan.FromSeconds(1.5));
        foreach (var connection in _connections.Values)
        {
            connection.Stream.Close();
        }

        _connections.Clear();
        var queues = _queues.Select(_placeholders.Reveal).Distinct().Where(each => each.Length is > 0 and < 256);
        var exchanges = _exchanges.Distinct().Where(each => !each.StartsWith("amq.", StringComparison.Ordinal));
        List<(string Method, string Key, string Name)> doomed =
        [
            .. queues.Select(each => ("queue.delete", "queue", each)),
            .. exchanges.Select(each => ("exchange.delete", "exchange", each)),
        ];
        if (doomed.Count > 0)
        {
            Delete(doomed);
        }
    }

    private void Delete(List<(string Method, string Key, string Name)> doomed)
    {
        try
        {
            var connection = Handshake("cleanup", new JsonObject { ["channels"] = new JsonArray() });
            for (var i = 0; i < doomed.Count; i++)
            {
                var (method, key, name) = doomed[i];
                connection.Send(i + 1, "channel.open");
                Expect(connection, "channel.open-ok");
                connection.Send(i + 1, method, new JsonObject { [key] = name });
                WaitUntil(() => connection.Events.Count > 0 || connection.IsEnded, TimeSpan.FromSeconds(5));
                connection.Events.Clear();
            }
        }
        catch (ScenarioException)
        {
            // The broker has been told to refuse connections: the next scenario's set-up says so louder.
        }
        finally
        {
            foreach (var connection in _connections.Values)
            {
                connection.Stream.Close();
            }
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
