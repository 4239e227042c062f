using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.Property.Conformance;

namespace Amqp.Integration.Conformance;

/// <summary>Plays generated conversations to a real RabbitMQ and to the fake, several at a time, and counts.</summary>
/// <param name="host">Where the real broker is.</param>
/// <param name="port">Its port.</param>
/// <param name="profile">The release that the fake follows.</param>
/// <param name="hasControl">True when <see cref="DifferentialSetUp"/> has been done.</param>
/// <param name="folder">Where to keep what differs, in the form of the recorded scenarios; null for nowhere.</param>
internal sealed class DifferentialRun(string host, int port, BrokerProfile profile, bool hasControl, string? folder)
{
    /// <summary>The first differences say enough: what is shrunk takes minutes.</summary>
    private const int MostFailures = 8;

    private const int StepsEach = 16;

    // A real broker's processes race with each other, so another one of its answers is asked for, more patiently.
    private static readonly int[] IdleMs = [120, 250, 400];

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, int> _features = new(StringComparer.Ordinal);
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private long _next;
    private int _conversations;
    private int _steps;
    private int _askedAgain;
    private int _interleaved;

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>What was compared, for people.</summary>
    public string Summary => string.Join(Environment.NewLine,
    [
        $"{_conversations} conversations of {_steps} steps compared with a RabbitMQ like {profile.Name} in "
            + $"{TimeProvider.System.GetElapsedTime(_start).TotalSeconds:0} s, {_failures.Count} differ, "
            + $"{_askedAgain} agreed when asked again, {_interleaved} differ in the order between queues alone",
        .. from each in _features orderby each.Key select $"  {each.Value} with {each.Key}",
    ]);

    /// <summary>Compares until there were so many cases or, where a time is given, until it is over.</summary>
    public async Task RunAsync(int workers, long firstSeed, int cases, TimeSpan? time)
    {
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(
            () => Work(firstSeed, cases, time),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private void Work(long firstSeed, int cases, TimeSpan? time)
    {
        while (_failures.Count < MostFailures)
        {
            var number = Interlocked.Increment(ref _next) - 1;
            var isOver = time is { } limit
                ? TimeProvider.System.GetElapsedTime(_start) > limit
                : number >= cases;
            if (isOver)
            {
                return;
            }

            var seed = Prng.DeriveSeed((ulong)(firstSeed + number), "differential");
            var generator = new ScenarioGenerator(seed, hasControl);
            var scenario = generator.Make(StepsEach);
            Count(scenario, generator.Features);
            if (Differences(scenario) is { } difference)
            {
                var (smallest, shown) = Shrink(difference);
                Keep(smallest);
                _failures.Enqueue(string.Join(
                    Environment.NewLine,
                    [$"seed {firstSeed + number} ({seed}):", .. shown, .. smallest.Steps.Select(Replay)]));
            }
        }
    }

    private void Count(Scenario scenario, IEnumerable<string> features)
    {
        Interlocked.Increment(ref _conversations);
        Interlocked.Add(ref _steps, scenario.Steps.Count);
        foreach (var each in features)
        {
            _features.AddOrUpdate(each, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>What was recorded and where the fake differs from it; null when it does not.</summary>
    private (Scenario Recorded, IReadOnlyList<string> Shown)? Differences(Scenario scenario)
    {
        (Scenario, IReadOnlyList<string>)? last = null;
        for (var i = 0; i < IdleMs.Length; i++)
        {
            var (recorded, shown) = CompareOnce(scenario, TimeSpan.FromMilliseconds(IdleMs[i]));
            if (shown.Count == 0)
            {
                Interlocked.Add(ref _askedAgain, i > 0 ? 1 : 0);
                return null;
            }

            last = (recorded, shown);
        }

        if (last is { } difference && IsInterleaved(difference.Item1))
        {
            Interlocked.Increment(ref _interleaved);
            return null;
        }

        return last;
    }

    private bool IsInterleaved(Scenario recorded)
    {
        using var fake = MakeFake();
        return Interleaving.IsAll(
            recorded.Steps,
            [.. recorded.Steps.Select(static step => step["expect"] as JsonObject ?? [])],
            ScenarioPlayer.Record(fake, recorded));
    }

    private CoreTarget MakeFake()
    {
        var fake = new CoreTarget(new BrokerOptions { Profile = profile });
        foreach (var command in hasControl ? DifferentialSetUp.Commands : [])
        {
            fake.Control(command);
        }

        return fake;
    }

    private (Scenario Recorded, IReadOnlyList<string> Shown) CompareOnce(Scenario scenario, TimeSpan idle)
    {
        using var real = new TcpTarget(host, port, idle);
        using var fake = MakeFake();
        try
        {
            var recorded = scenario.WithExpectations(ScenarioPlayer.Record(real, scenario));
            return (recorded, ScenarioPlayer.Play(fake, recorded));
        }
        catch (ScenarioException e)
        {
            return (scenario, [$"the real broker: {e.Message}"]);
        }
    }

    /// <summary>Leaves out what the difference does not need: first halves of the steps, then less.</summary>
    private (Scenario Recorded, IReadOnlyList<string> Shown) Shrink((Scenario Recorded, IReadOnlyList<string>) from)
    {
        var smallest = from;
        for (var size = from.Recorded.Steps.Count / 2; size > 0; size /= 2)
        {
            for (var at = smallest.Recorded.Steps.Count - size; at >= 0; at -= size)
            {
                var steps = smallest.Recorded.Steps;
                JsonNode[] fewer =
                [
                    .. steps.Where((each, i) => i < at || i >= at + size || each.ContainsKey("connect"))
                        .Select(each => each.DeepClone()),
                ];
                if (fewer.Length < steps.Count
                    && Differences(ScenarioGenerator.Scenario(smallest.Recorded.Name, fewer)) is { } still)
                {
                    smallest = still;
                }
            }
        }

        return smallest;
    }

    private void Keep(Scenario scenario)
    {
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"{scenario.Name}.json"), scenario.Json.ToJsonString());
        }
    }

    private static string Replay(JsonObject step)
    {
        var shown = step.DeepClone().AsObject();
        shown.Remove("expect");
        return "    " + shown.ToJsonString();
    }
}
