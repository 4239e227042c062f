using System.Collections.Immutable;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Sweeps;

/// <summary>Every place instead of some: each byte of a session is cut, and each pair of faults is tried.</summary>
public static class SystematicSweep
{
    private static readonly CutKind[] s_kinds = [CutKind.Fin, CutKind.Reset, CutKind.Silent, CutKind.SilentOneWay];

    /// <summary>
    /// The session that is cut where the caller has none: it connects, declares, publishes ten messages with confirms,
    /// consumes and acknowledges them, and closes.
    /// </summary>
    public static Scenario Session { get; } = new()
    {
        Options = new WorldOptions
        {
            Reconnect = ReconnectOptions.Default,
            Session = new SessionOptions { Heartbeat = TimeSpan.FromSeconds(5) },
        },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.OpenChannel(1),
            new Step.Settle(),
            new Step.DeclareQueue(0, "orders", Durable: true),
            new Step.Call(0, new ExchangeDeclare { Exchange = "shop", Type = "direct" }),
            new Step.Call(0, new QueueBind { Queue = "orders", Exchange = "shop", RoutingKey = "order" }),
            new Step.ConfirmSelect(0),
            new Step.Settle(),
            .. Enumerable.Range(0, 10).Select(static i => new Step.Publish(
                0, "", "orders", i == 0 ? 0 : 20, Mandatory: i % 3 == 0, Persistent: true)),
            new Step.Publish(0, "", "nowhere", 5, Mandatory: true),
            new Step.Settle(),
            new Step.Qos(1, 4),
            new Step.Consume(1, "orders", "worker"),
            new Step.Settle(),
            new Step.Wait(TimeSpan.FromMilliseconds(5)),
            new Step.Ack(1, Multiple: true),
            new Step.Wait(TimeSpan.FromMilliseconds(5)),
            new Step.Ack(1),
            new Step.Settle(),
            new Step.Close(),
        ],
    };

    /// <summary>A short session for pairs of faults.</summary>
    public static Scenario ShortSession { get; } = Session with
    {
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
            new Step.DeclareQueue(0, "orders", Durable: true),
            new Step.ConfirmSelect(0),
            new Step.Consume(0, "orders", "worker"),
            new Step.Settle(),
            new Step.Publish(0, "", "orders", 20, Mandatory: true, Persistent: true),
            new Step.Wait(TimeSpan.FromMilliseconds(10)),
            new Step.Publish(0, "", "orders", 20, Persistent: true),
            new Step.Wait(TimeSpan.FromMilliseconds(10)),
            new Step.Ack(0),
            new Step.Publish(0, "", "orders", 20, Persistent: true),
            new Step.Settle(),
        ],
    };

    /// <summary>The faults whose pairs are tried.</summary>
    public static ImmutableArray<BrokerFault> Catalogue { get; } =
    [
        new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Fin)),
        new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)),
        new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Silent)),
        new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.SilentOneWay)),
        new CutNextConnection(new CutAtByte(LinkDirection.ToBroker, 300, CutKind.Reset)),
        new CutNextConnection(new CutAtByte(LinkDirection.ToClient, 520, CutKind.Fin)),
        new ClogLink(null, TimeSpan.FromMilliseconds(30)),
        new HoldLink(LinkDirection.ToBroker),
        new HoldLink(LinkDirection.ToClient),
        new PartitionNetwork(null, TimeSpan.FromSeconds(20)),
        new FailConnects(ConnectFailure.Hangs, 1),
        new FailConnects(ConnectFailure.Garbage, 1),
        new CrashBroker(TimeSpan.FromMilliseconds(50), LosesUnconfirmed: true),
        new RestartBroker(TimeSpan.FromMilliseconds(50)),
        new SlowConfirms(TimeSpan.FromMilliseconds(100)),
        new StopConfirms(),
        new NackPublishes(1),
        new ReturnPublishes(1),
        new MemoryAlarm(true),
        new CancelConsumers("/", "orders"),
        new DeleteQueue("/", "orders"),
        new CloseConnection(null, "maintenance"),
        new StopHeartbeats(null),
        new SendBytes(null, new byte[] { 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xCD }),
        new StepClock(false, TimeSpan.FromSeconds(30)),
        new StepClock(true, TimeSpan.FromSeconds(30)),
    ];

    /// <summary>
    /// Cuts the first connection of a workload behind every byte of either direction, in every way there is; then the
    /// client has to come back and everything has to settle.
    /// </summary>
    /// <param name="workload">A scenario whose client reconnects.</param>
    /// <param name="workers">How many threads, at least 1.</param>
    /// <returns>What became of all of them.</returns>
    public static SweepResult CutEverywhere(Scenario workload, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(workload);
        Outcome whole = SimWorld.Run(workload, keepsTrace: false);
        long[] bytes = [whole.BytesToBroker + 1, whole.BytesToClient + 1];
        return WorldSweep.Run(
            (bytes[0] + bytes[1]) * s_kinds.Length,
            index =>
            {
                CutKind kind = s_kinds[index % s_kinds.Length];
                long offset = index / s_kinds.Length;
                bool toBroker = offset < bytes[0];
                var cut = toBroker
                    ? new CutAtByte(LinkDirection.ToBroker, offset, kind)
                    : new CutAtByte(LinkDirection.ToClient, offset - bytes[0], kind);
                return workload with { Faults = workload.Faults.Add(PlannedFault.OfFirst(cut)) };
            },
            workers);
    }

    /// <summary>Tries every pair of faults, a fault with itself included, the second one 1 or 12 ms after the
    /// first.</summary>
    /// <param name="workload">A scenario whose client reconnects.</param>
    /// <param name="catalogue">The faults.</param>
    /// <param name="workers">How many threads, at least 1.</param>
    /// <returns>What became of all of them.</returns>
    public static SweepResult Pairs(Scenario workload, ImmutableArray<BrokerFault> catalogue, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(workload);
        TimeSpan[] starts = [.. new[] { 0.0, 0.5, 1.2, 3, 11, 13, 22 }.Select(TimeSpan.FromMilliseconds)];
        TimeSpan[] gaps = [TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(12)];
        long count = (long)catalogue.Length * catalogue.Length * starts.Length * gaps.Length;
        return WorldSweep.Run(
            count,
            index =>
            {
                (long rest, long first) = Math.DivRem(index, catalogue.Length);
                (rest, long second) = Math.DivRem(rest, catalogue.Length);
                (long gap, long start) = Math.DivRem(rest, starts.Length);
                return workload with
                {
                    Faults =
                    [
                        new PlannedFault(starts[start], catalogue[(int)first]),
                        new PlannedFault(starts[start] + gaps[gap], catalogue[(int)second]),
                    ],
                };
            },
            workers);
    }
}
