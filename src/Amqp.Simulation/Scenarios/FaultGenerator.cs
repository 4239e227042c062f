using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Scenarios;

/// <summary>Plans what goes wrong in a random world.</summary>
internal static class FaultGenerator
{
    private static readonly FaultClasses[] s_planned =
    [
        FaultClasses.Cuts, FaultClasses.Clogs, FaultClasses.Connects, FaultClasses.Restarts, FaultClasses.Confirms,
        FaultClasses.Alarms, FaultClasses.Removals, FaultClasses.Closes, FaultClasses.Hostile, FaultClasses.Clocks,
    ];

    private static readonly MethodId[] s_places =
    [
        MethodId.ConnectionStart, MethodId.ConnectionStartOk, MethodId.ConnectionTune, MethodId.ConnectionTuneOk,
        MethodId.ConnectionOpen, MethodId.ConnectionOpenOk, MethodId.ChannelOpen, MethodId.ChannelOpenOk,
        MethodId.QueueDeclare, MethodId.QueueDeclareOk, MethodId.BasicPublish, MethodId.BasicPublish,
        MethodId.BasicPublish, MethodId.BasicAck, MethodId.BasicAck, MethodId.BasicConsume, MethodId.BasicConsumeOk,
        MethodId.BasicDeliver, MethodId.BasicDeliver, MethodId.BasicGetOk, MethodId.TxCommit, MethodId.TxCommitOk,
        MethodId.ConfirmSelectOk, MethodId.ConnectionClose, MethodId.ConnectionCloseOk,
    ];

    // Each breaks the framing or the order of the protocol for certain: none can pass for something a broker may say.
    private static readonly byte[][] s_hostile =
    [
        [0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xCD],
        [0x01, 0x00, 0x01, 0x7F, 0xFF, 0xFF, 0xFF],
        [0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xCE],
        [0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x0A, 0x00, 0x63, 0xCE],
        [0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x41, 0xCE],
        [0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x41, 0xCE],
        [0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x0A, 0xCE],
        "AMQP\0\0\x09\x01"u8.ToArray(),
    ];

    /// <summary>The faults of one world.</summary>
    public static ImmutableArray<PlannedFault> Make(RandomStreams streams, FaultClasses chosen, int most)
    {
        var faults = ImmutableArray.CreateBuilder<PlannedFault>();
        if (chosen.HasFlag(FaultClasses.FirstCut))
        {
            Prng cuts = streams.For("cuts");
            if (!cuts.Chance(1, 3))
            {
                faults.Add(PlannedFault.OfFirst(ByByte(ref cuts)));
            }
        }

        FaultClasses[] classes = [.. s_planned.Where(each => chosen.HasFlag(each))];
        Prng random = streams.For("faults");
        int count = classes.Length == 0 ? 0 : random.NextInt32(most + 1);
        for (int i = 0; i < count; i++)
        {
            // A stream of its own for each, so that one fault less does not change the others.
            Prng own = streams.For($"fault:{i}");
            Add(faults, classes[own.NextInt32(classes.Length)], ref own);
        }

        return faults.ToImmutable();
    }

    private static void Add(ImmutableArray<PlannedFault>.Builder faults, FaultClasses kind, ref Prng random)
    {
        TimeSpan at = At(ref random);
        switch (kind)
        {
            case FaultClasses.Cuts:
                faults.Add(Cut(at, ref random));
                break;
            case FaultClasses.Clogs:
                AddClog(faults, at, ref random);
                break;
            case FaultClasses.Connects:
                var failure = (ConnectFailure)random.NextInt32(6);
                TimeSpan early = random.Chance(1, 3) ? TimeSpan.Zero : at;
                faults.Add(new PlannedFault(early, new FailConnects(failure, 1 + random.NextInt32(2))));
                if (early > TimeSpan.Zero)
                {
                    // Without a cut nobody would connect again.
                    faults.Add(new PlannedFault(early, new CutConnection(null, ByTime(ref random))));
                }

                break;
            case FaultClasses.Restarts:
                TimeSpan down = TimeSpan.FromMilliseconds(Pick(ref random, 0, 50, 3_000));
                faults.Add(new PlannedFault(at, random.Chance(1, 2)
                    ? new CrashBroker(down, random.Chance(1, 2))
                    : new RestartBroker(down)));
                break;
            case FaultClasses.Confirms:
                faults.Add(new PlannedFault(at, Confirms(ref random)));
                break;
            case FaultClasses.Alarms:
                bool isMemory = random.Chance(1, 2);
                faults.Add(new PlannedFault(at, Alarm(isMemory, true)));
                faults.Add(new PlannedFault(at + Span(ref random), Alarm(isMemory, false)));
                break;
            case FaultClasses.Removals:
                string queue = $"q{random.NextInt32(2)}";
                faults.Add(new PlannedFault(at, random.Chance(1, 2)
                    ? new CancelConsumers("/", queue)
                    : new DeleteQueue("/", queue)));
                break;
            case FaultClasses.Closes:
                faults.Add(new PlannedFault(at, random.Chance(1, 2)
                    ? new CloseConnection(null, "maintenance")
                    : new StopHeartbeats(null)));
                break;
            case FaultClasses.Hostile:
                byte[] bytes = s_hostile[random.NextInt32(s_hostile.Length)];
                faults.Add(new PlannedFault(at, new SendBytes(null, bytes)));
                break;
            default:
                TimeSpan by = TimeSpan.FromSeconds(Pick(ref random, -30, -1, 1, 30, 300));
                faults.Add(new PlannedFault(at, new StepClock(random.Chance(1, 2), by)));
                break;
        }
    }

    private static PlannedFault Cut(TimeSpan at, ref Prng random)
    {
        switch (random.NextInt32(4))
        {
            case 0:
                return PlannedFault.OfFirst(ByByte(ref random));
            case 1:
                return new PlannedFault(at, new CutConnection(null, ByTime(ref random)));
            case 2:
                return new PlannedFault(at, new CutNextConnection(ByPlace(ref random)));
            default:
                return new PlannedFault(
                    random.Chance(1, 2) ? TimeSpan.Zero : at, new CutNextConnection(ByPlace(ref random)));
        }
    }

    private static CutAtByte ByByte(ref Prng random)
    {
        // Small offsets lie in the handshake, where every byte matters; large ones in the traffic.
        int range = Pick(ref random, 300, 1_500, 20_000);
        return new CutAtByte((LinkDirection)random.NextInt32(2), random.NextInt32(range), (CutKind)random.NextInt32(4));
    }

    private static CutAtTime ByTime(ref Prng random) => new(
        TimeSpan.FromMilliseconds(random.NextInt32(Pick(ref random, 1, 20, 500))), (CutKind)random.NextInt32(4));

    private static CutAtPlace ByPlace(ref Prng random)
    {
        MethodId method = s_places[random.NextInt32(s_places.Length)];
        PlacePart[] parts = method.HasContent()
            ? [PlacePart.Before, PlacePart.Method, PlacePart.Header, PlacePart.Body, PlacePart.After]
            : [PlacePart.Before, PlacePart.Method, PlacePart.After];
        var place = new ProtocolPlace(method, 1 + random.NextInt32(3), parts[random.NextInt32(parts.Length)])
        {
            IsFromBroker = random.Chance(1, 2),
        };
        return new CutAtPlace(place, (CutKind)random.NextInt32(4));
    }

    private static void AddClog(ImmutableArray<PlannedFault>.Builder faults, TimeSpan at, ref Prng random)
    {
        LinkDirection? direction = random.NextInt32(3) switch
        {
            0 => LinkDirection.ToBroker,
            1 => LinkDirection.ToClient,
            _ => null,
        };
        TimeSpan span = Span(ref random);
        switch (random.NextInt32(5))
        {
            case 0:
                faults.Add(new PlannedFault(at, new ClogLink(direction, span)));
                break;
            case 1:
                faults.Add(new PlannedFault(at, new HoldLink(direction)));
                faults.Add(new PlannedFault(at + span, new ReleaseLink(direction)));
                break;
            case 2:
                faults.Add(new PlannedFault(at, new PartitionNetwork(direction, span)));
                break;
            case 3:
                faults.Add(new PlannedFault(at, new FreezeConnection(null)));
                faults.Add(new PlannedFault(at + span, new ThawConnection(null)));
                break;
            default:
                // Swizzle: both ways stop at times of their own, and go on at others, in no order.
                foreach (LinkDirection each in (LinkDirection[])[LinkDirection.ToBroker, LinkDirection.ToClient])
                {
                    TimeSpan stop = at + TimeSpan.FromMilliseconds(random.NextInt32(200));
                    faults.Add(new PlannedFault(stop, new HoldLink(each)));
                    faults.Add(new PlannedFault(stop + Span(ref random), new ReleaseLink(each)));
                }

                break;
        }
    }

    private static BrokerFault Confirms(ref Prng random) => random.NextInt32(4) switch
    {
        0 => new SlowConfirms(Span(ref random)),
        1 => new StopConfirms(),
        2 => new NackPublishes(1 + random.NextInt32(3)),
        _ => new ReturnPublishes(1 + random.NextInt32(3)),
    };

    private static BrokerFault Alarm(bool isMemory, bool isOn) =>
        isMemory ? new MemoryAlarm(isOn) : new DiskAlarm(isOn);

    private static TimeSpan At(ref Prng random) =>
        TimeSpan.FromMilliseconds(1 + random.NextInt32(Pick(ref random, 5, 50, 500, 3_000)));

    private static TimeSpan Span(ref Prng random) =>
        TimeSpan.FromMilliseconds(1 + random.NextInt32(Pick(ref random, 10, 200, 5_000, 20_000)));

    private static T Pick<T>(ref Prng random, params ReadOnlySpan<T> values) => values[random.NextInt32(values.Length)];
}
