using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Async;

/// <summary>Makes up what goes wrong in a world, from its seed, as data.</summary>
internal sealed class ScenarioMaker(SimFaultMix mix)
{
    private static readonly ImmutableArray<MethodId> s_fromClient =
    [
        MethodId.BasicPublish, MethodId.BasicPublish, MethodId.BasicAck, MethodId.QueueDeclare, MethodId.BasicConsume,
        MethodId.ConnectionOpen, MethodId.ChannelOpen, MethodId.ConfirmSelect,
    ];

    private static readonly ImmutableArray<MethodId> s_fromBroker =
    [
        MethodId.BasicDeliver, MethodId.BasicDeliver, MethodId.BasicAck, MethodId.QueueDeclareOk,
        MethodId.ChannelOpenOk,
    ];

    public SimScenario Make(ulong seed)
    {
        var streams = new RandomStreams(seed);
        Prng count = streams.For("faults");
        ImmutableArray<PlannedFault>.Builder faults = ImmutableArray.CreateBuilder<PlannedFault>();
        int wanted = count.NextInt32(mix.MaxFaults + 1);
        for (int i = 0; i < wanted; i++)
        {
            // A stream for each, so that leaving one out does not change the others.
            Prng random = streams.For(FormattableString.Invariant($"fault {i}"));
            Add(faults, ref random);
        }

        Prng link = streams.For("link");
        Prng clocks = streams.For("clocks");
        return new SimScenario
        {
            Seed = seed,
            Link = mix.Links ? Link(ref link) : null,
            ClientDrift = mix.Clocks ? Drift(ref clocks) : 0,
            BrokerDrift = mix.Clocks ? Drift(ref clocks) : 0,
            Faults = [.. faults.OrderBy(static fault => fault.At)],
        };
    }

    private static int Drift(ref Prng random) => random.NextInt32(4) switch
    {
        0 => 200,
        1 => -200,
        2 => random.NextInt32(200_000) - 100_000,
        _ => 0,
    };

    private static LinkOptions Link(ref Prng random) => new()
    {
        Latency = TimeSpan.FromMicroseconds(random.Chance(1, 10) ? 50_000 : 100 + random.NextInt32(2000)),
        Jitter = TimeSpan.FromMicroseconds(random.Chance(1, 2) ? 0 : random.NextInt32(1000)),
        ToBroker = Chunks(ref random),
        ToClient = Chunks(ref random),
    };

    private static Chunking Chunks(ref Prng random) => random.NextInt32(5) switch
    {
        0 => Chunking.FixedSize(1 + random.NextInt32(64)),
        1 => Chunking.Coalesce(TimeSpan.FromMilliseconds(1 + random.NextInt32(5))),
        2 => Chunking.RandomPrefix,
        _ => Chunking.Whole,
    };

    private void Add(ImmutableArray<PlannedFault>.Builder faults, ref Prng random)
    {
        var kinds = new List<int>();
        void May(bool isAllowed, params ReadOnlySpan<int> each)
        {
            if (isAllowed)
            {
                kinds.AddRange(each);
            }
        }

        May(mix.Cuts, 0, 0, 1);
        May(mix.Network, 2, 3, 4);
        May(mix.Restarts, 5, 6);
        May(mix.Publishing, 7, 8, 9);
        May(mix.Clocks, 10);
        if (kinds.Count == 0)
        {
            return;
        }

        TimeSpan at = Tenths(ref random, mix.Window);
        TimeSpan pause = TimeSpan.FromMilliseconds(100 * (1 + random.NextInt32(50)));
        switch (kinds[random.NextInt32(kinds.Count)])
        {
            case 0:
                faults.Add(new PlannedFault(at, new CutConnection(null, AtPlace(ref random))));
                break;
            case 1:
                var cut = new CutAtTime(TimeSpan.Zero, Kind(ref random));
                faults.Add(new PlannedFault(at, new CutConnection(null, cut)));
                break;
            case 2:
                faults.Add(new PlannedFault(at, new ClogLink(Way(ref random), pause)));
                break;
            case 3:
                faults.Add(new PlannedFault(at, new PartitionNetwork(null, pause)));
                break;
            case 4:
                faults.Add(new PlannedFault(
                    at, new FailConnects((ConnectFailure)random.NextInt32(6), 1 + random.NextInt32(2))));
                break;
            case 5:
                faults.Add(new PlannedFault(at, new RestartBroker(pause)));
                break;
            case 6:
                faults.Add(new PlannedFault(at, new CrashBroker(pause)));
                break;
            case 7:
                faults.Add(new PlannedFault(at, new MemoryAlarm(true)));
                faults.Add(new PlannedFault(at + pause, new MemoryAlarm(false)));
                break;
            case 8:
                faults.Add(new PlannedFault(at, new SlowConfirms(pause)));
                faults.Add(new PlannedFault(at + (2 * pause), new ResumeConfirms()));
                break;
            case 9:
                faults.Add(new PlannedFault(at, new NackPublishes(1 + random.NextInt32(3))));
                break;
            default:
                var by = TimeSpan.FromSeconds(random.NextInt32(600) - 300);
                faults.Add(new PlannedFault(at, new StepClock(random.Chance(1, 2), by)));
                break;
        }
    }

    private CutAtPlace AtPlace(ref Prng random)
    {
        bool isFromBroker = random.Chance(1, 2);
        ImmutableArray<MethodId> methods = isFromBroker ? s_fromBroker : s_fromClient;
        MethodId method = methods[random.NextInt32(methods.Length)];
        PlacePart[] parts = method.HasContent()
            ? [PlacePart.Before, PlacePart.Method, PlacePart.Header, PlacePart.Body, PlacePart.After]
            : [PlacePart.Before, PlacePart.Method, PlacePart.After];
        var place = new ProtocolPlace(method, 1 + random.NextInt32(4), parts[random.NextInt32(parts.Length)])
        {
            IsFromBroker = isFromBroker && method == MethodId.BasicAck,
        };
        return new CutAtPlace(place, Kind(ref random));
    }

    private CutKind Kind(ref Prng random) => random.NextInt32(mix.SilentCuts ? 4 : 2) switch
    {
        0 => CutKind.Fin,
        1 => CutKind.Reset,
        2 => CutKind.Silent,
        _ => CutKind.SilentOneWay,
    };

    private static LinkDirection? Way(ref Prng random) => random.NextInt32(3) switch
    {
        0 => LinkDirection.ToBroker,
        1 => LinkDirection.ToClient,
        _ => null,
    };

    private static TimeSpan Tenths(ref Prng random, TimeSpan window)
    {
        int tenths = Math.Max(1, (int)(window.TotalMilliseconds / 100));
        return random.Chance(1, 3) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(100 * random.NextInt32(tenths));
    }
}
