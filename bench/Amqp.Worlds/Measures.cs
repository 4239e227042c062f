using Amqp.Engine.Session;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;

namespace Amqp.Worlds;

/// <summary>What worlds of engine and broker cost, on one thread, in processor time of the whole process: the compiler
/// and the collector are paid for.</summary>
internal static class Measures
{
    private const int ShrunkSteps = 500;

    /// <summary>Worlds a second, after half as long to warm up.</summary>
    public static Task Rate(string name, Func<long, Scenario> make, double seconds)
    {
        long warm = Run(make, 0, seconds / 2).Worlds;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        (long worlds, long happenings, TimeSpan time, long failed) = Run(make, warm, seconds);
        double spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Say($"{name}: {worlds / spent:0} worlds/s, {happenings / (double)worlds:0} happenings and "
            + $"{allocated / worlds} B each, {time.TotalSeconds / spent:0} virtual s/s, failed: {failed}");
        return Task.CompletedTask;
    }

    /// <summary>Virtual time of one connection that does nothing but send heartbeats.</summary>
    public static Task Idle()
    {
        foreach (int heartbeat in new[] { 60, 5 })
        {
            var days = TimeSpan.FromDays(heartbeat * 10);
            var idle = new Scenario
            {
                Options = new WorldOptions
                {
                    Session = new SessionOptions { Heartbeat = TimeSpan.FromSeconds(heartbeat) },
                    Limit = 2 * days,
                    MaxHappenings = int.MaxValue,
                },
                Steps = [new Step.Wait(days), new Step.Close()],
            };
            SimWorld.Run(idle with { Steps = [new Step.Wait(days / 10), new Step.Close()] }, keepsTrace: false);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            Outcome outcome = SimWorld.Run(idle, keepsTrace: false);
            double spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            Say($"idle with heartbeats of {heartbeat} s: {outcome.Duration.TotalSeconds / spent:0} virtual s/s, "
                + $"{(outcome.IsGood ? "good" : "BAD")}, {outcome.Happenings} happenings");
        }

        return Task.CompletedTask;
    }

    /// <summary>How long it takes to make a world of 500 steps small that a nack spoils.</summary>
    public static Task Shrink()
    {
        GeneratorOptions options = GeneratorOptions.Sweep with { MaxSteps = 2 * ShrunkSteps };
        for (ulong seed = 1, found = 0; found < 5; seed++)
        {
            Scenario large = ScenarioGenerator.Generate(seed, options);
            if (large.Steps.Length is < ShrunkSteps or > ShrunkSteps * 3 / 2 || !Fails(large))
            {
                continue;
            }

            found++;
            long start = TimeProvider.System.GetTimestamp();
            (Scenario smallest, int runs) = ScenarioShrinker.Shrink(large, Fails);
            TimeSpan real = TimeProvider.System.GetElapsedTime(start);
            Say(
                $"shrinking: {large.Steps.Length} steps and {large.Faults.Length} faults to {smallest.Steps.Length} "
                + $"and {smallest.Faults.Length} in {real.TotalSeconds:0.00} s, {runs} candidates");
        }

        return Task.CompletedTask;
    }

    private static bool Fails(Scenario scenario)
    {
        Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);
        return outcome.Has(WorldMark.Nacked) && outcome.Has(WorldMark.Redelivered);
    }

    private static (long Worlds, long Happenings, TimeSpan Virtual, long Failed) Run(
        Func<long, Scenario> make, long first, double seconds)
    {
        long start = TimeProvider.System.GetTimestamp();
        long worlds = 0, happenings = 0, failed = 0;
        TimeSpan time = TimeSpan.Zero;
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds)
        {
            Outcome outcome = SimWorld.Run(make(first + worlds), keepsTrace: false);
            worlds++;
            happenings += outcome.Happenings;
            time += outcome.Duration;
            failed += outcome.IsGood ? 0 : 1;
        }

        return (worlds, happenings, time, failed);
    }

    internal static void Say(string text) => Console.WriteLine(text);
}
