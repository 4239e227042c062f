using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Sweeps;

namespace Amqp.Worlds;

/// <summary>
/// The world whose rate is a goal: a client connects, publishes 20 messages with confirms to a queue that it consumes
/// itself, two faults happen while it does, it comes back, everything settles, it closes.
/// </summary>
internal static class SmallWorlds
{
    private const int Messages = 20;

    private static readonly ImmutableArray<BrokerFault> s_faults = SystematicSweep.Catalogue;

    private static readonly Scenario s_plain = new()
    {
        Options = new WorldOptions
        {
            Reconnect = ReconnectOptions.Default,
            Session = new SessionOptions { Heartbeat = TimeSpan.FromSeconds(5) },
        },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
            new Step.DeclareQueue(0, "orders", Durable: true),
            new Step.ConfirmSelect(0),
            new Step.Consume(0, "orders", "worker"),
            new Step.Settle(),
            .. Enumerable.Range(0, Messages).SelectMany(static i => Message(i)),
        ],
    };

    /// <summary>The world with this number.</summary>
    public static Scenario Make(long index)
    {
        Prng random = new((ulong)index);
        return s_plain with
        {
            Seed = (ulong)index,
            Faults = [Fault(ref random), Fault(ref random)],
        };
    }

    private static IEnumerable<Step> Message(int number)
    {
        yield return new Step.Publish(0, "", "orders", 20, Persistent: true);
        if (number % 4 == 3)
        {
            yield return new Step.Wait(TimeSpan.FromMilliseconds(1));
            yield return new Step.Ack(0, Multiple: true);
        }
    }

    private static PlannedFault Fault(ref Prng random) => new(
        TimeSpan.FromMicroseconds(random.NextInt32(6_000)), s_faults[random.NextInt32(s_faults.Length)]);
}
