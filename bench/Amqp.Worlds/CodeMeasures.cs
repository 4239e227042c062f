using Amqp.Simulation;
using Amqp.Transport;

namespace Amqp.Worlds;

/// <summary>What worlds of asynchronous code cost: the transport itself runs in them.</summary>
internal static class CodeMeasures
{
    private const int Connections = 100;
    private const int Worlds = 1000;
    private static readonly TimeSpan s_time = TimeSpan.FromMinutes(10);

    /// <summary>A hundred connections, on each of which a message a second is published and confirmed.</summary>
    public static async Task Busy()
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        SimOutcome outcome = await Sim.Run(1, async sim =>
        {
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(number => PublishEachSecond(sim, number)));
        });
        double spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        double rate = Connections * s_time.TotalSeconds / spent;
        Measures.Say(
            $"{Connections} busy connections: {outcome.Duration.TotalSeconds / spent:0} virtual s/s, "
            + $"{rate:0} confirmed messages/s, {outcome.Verdict}");
    }

    /// <summary>Worlds a second: connect, declare, ten messages with confirms, close; three faults.</summary>
    public static async Task Rate()
    {
        foreach (bool hasFaults in new[] { false, true })
        {
            await Explore(hasFaults, 200);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            SimExploration done = await Explore(hasFaults, Worlds);
            double spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            Measures.Say(
                $"worlds of code, {(hasFaults ? "with" : "without")} faults: {done.Worlds / spent:0} worlds/s, "
                + $"{done.Virtual.TotalSeconds / spent:0} virtual s/s, hash {done.Hash:x16}");
        }
    }

    private static Task<SimExploration> Explore(bool hasFaults, int worlds) => Sim.Explore(
        worlds,
        PublishTen,
        new SimOptions { AllowUnreached = true, Limit = TimeSpan.FromHours(10) },
        hasFaults ? new SimFaultMix() : new SimFaultMix { MaxFaults = 0 });

    private static async Task PublishEachSecond(SimContext sim, int number)
    {
        string queue = $"q{number}";
        await using AmqpConnection connection = await sim.ConnectAsync();
        await using AmqpChannel channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync(queue);
        for (double second = 0; second < s_time.TotalSeconds; second++)
        {
            await channel.PublishAsync("", queue, "busy"u8.ToArray());
            await sim.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task PublishTen(SimContext sim)
    {
        for (int sent = 0; sent < 10;)
        {
            try
            {
                await using AmqpConnection connection = await sim.ConnectAsync();
                await using AmqpChannel channel = await connection.OpenChannelAsync(
                    new AmqpChannelOptions { PublisherConfirms = true });
                await channel.DeclareQueueAsync("orders", durable: true);
                for (; sent < 10; sent++)
                {
                    await channel.PublishAsync("", "orders", "order"u8.ToArray());
                }
            }
            catch (AmqpException)
            {
                await sim.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }
}
