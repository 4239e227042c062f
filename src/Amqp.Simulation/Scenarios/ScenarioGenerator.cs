using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Scenarios;

/// <summary>Makes random worlds as data. The run itself then holds no surprise.</summary>
public static class ScenarioGenerator
{
    private const int Slots = 3;
    private const int Queues = 2;

    /// <summary>Makes the scenario of a seed.</summary>
    /// <param name="seed">Any number; the same one gives the same scenario.</param>
    /// <param name="options">What may be in it, or null for everything.</param>
    /// <returns>A valid scenario, which ends by closing the connection.</returns>
    public static Scenario Generate(ulong seed, GeneratorOptions? options = null)
    {
        options ??= new GeneratorOptions();
        var streams = new RandomStreams(seed);
        FaultClasses chosen = Swarm(streams, options);
        return new Scenario
        {
            Seed = seed,
            Options = Conditions(streams, chosen, options),
            Steps = options.Reconnects ? WorkloadGenerator.Make(streams, options) : Steps(streams, options),
            MoreClients = options.Reconnects ? MoreClients(streams, options) : [],
            Faults = FaultGenerator.Make(streams, chosen, options.MaxFaults),
        };
    }

    /// <summary>One world in four has more than one client.</summary>
    private static ImmutableArray<ClientPlan> MoreClients(RandomStreams streams, GeneratorOptions options)
    {
        Prng random = streams.For("clients");
        int more = options.MaxClients > 1 && random.Chance(1, 4) ? 1 + random.NextInt32(options.MaxClients - 1) : 0;
        return
        [
            .. Enumerable.Range(1, more).Select(number => new ClientPlan
            {
                Steps = WorkloadGenerator.MakeMore(
                    streams, new RandomStreams(Prng.DeriveSeed(streams.Seed, $"client:{number}")), options),
            }),
        ];
    }

    /// <summary>Half of the worlds have none; in the others each site is armed in one case of four.</summary>
    private static BuggifySites Buggify(RandomStreams streams, GeneratorOptions options)
    {
        Prng random = streams.For("buggify");
        BuggifySites armed = BuggifySites.None;
        if (options.Buggify && random.Chance(1, 2))
        {
            foreach (BuggifySites site in Buggifier.Sites)
            {
                armed |= random.Chance(1, 4) ? site : BuggifySites.None;
            }
        }

        return armed;
    }

    /// <summary>Each world has about half of the classes.</summary>
    private static FaultClasses Swarm(RandomStreams streams, GeneratorOptions options)
    {
        if (options.Faults is FaultClasses.None or FaultClasses.FirstCut)
        {
            return options.Faults;
        }

        return options.Faults & (FaultClasses)streams.For("swarm").NextInt32((int)FaultClasses.All + 1);
    }

    private static WorldOptions Conditions(RandomStreams streams, FaultClasses chosen, GeneratorOptions options)
    {
        Prng random = streams.For("conditions");
        Prng link = streams.For("link");
        Prng narrow = streams.For("narrow");
        Prng clocks = streams.For("clocks");
        bool isNarrow = chosen.HasFlag(FaultClasses.Narrow);
        bool drifts = chosen.HasFlag(FaultClasses.Clocks);
        return new WorldOptions
        {
            Buggify = Buggify(streams, options),
            Origin = new MonoTime(Pick(ref random, 0L, TimeSpan.TicksPerHour, 1L << 60)),
            Reconnect = options.Reconnects ? ReconnectOptions.Default : null,
            FaultsEnd = options.Reconnects ? TimeSpan.FromSeconds(12) : new WorldOptions().FaultsEnd,
            Limit = options.Reconnects ? TimeSpan.FromHours(4) : new WorldOptions().Limit,
            ClientClock = drifts ? new ClockOptions(Pick(ref clocks, 0, 100, -100, 100_000)) : new ClockOptions(),
            BrokerClock = drifts ? new ClockOptions(Pick(ref clocks, 0, 100, -100, 100_000)) : new ClockOptions(),
            Session = new SessionOptions
            {
                Heartbeat = TimeSpan.FromSeconds(Pick(ref random, 1, 5, 60)),
                FrameMax = Pick(ref random, 4096u, 8192u, 131072u, 0u),
                ChannelMax = options.Reconnects ? (ushort)2047 : Pick(ref random, (ushort)3, (ushort)2047),
            },
            Link = new LinkOptions
            {
                ToBroker = Chunks(ref link, options.SmallestChunk),
                ToClient = Chunks(ref link, options.SmallestChunk),
                Latency = TimeSpan.FromMicroseconds(Pick(ref link, 0, 50, 20_000)),
                Jitter = TimeSpan.FromMicroseconds(Pick(ref link, 0, 0, 5_000)),
                ChunkGap = TimeSpan.FromMicroseconds(Pick(ref link, 0, 10)),
                ReceiveWindow = isNarrow ? Pick(ref narrow, 0, 100, 1_000, 5_000) : 0,
                BytesPerSecond = isNarrow ? Pick(ref narrow, 0, 20_000, 1_000_000) : 0,
                ShortWrites = isNarrow && narrow.Chance(1, 2),
            },
        };
    }

    private static Chunking Chunks(ref Prng random, int smallest) => random.NextInt32(6) switch
    {
        0 or 1 => Chunking.Whole,
        2 => Chunking.FixedSize(smallest + random.NextInt32(64)),
        3 => Chunking.Coalesce(TimeSpan.FromMilliseconds(1 + random.NextInt32(20))),
        _ => Chunking.RandomPrefix,
    };

    private static ImmutableArray<Step> Steps(RandomStreams streams, GeneratorOptions options)
    {
        Prng random = streams.For("steps");
        var steps = ImmutableArray.CreateBuilder<Step>();
        Begin(steps, ref random);
        int count = 1 + random.NextInt32(options.MaxSteps);
        for (int i = 0; i < count; i++)
        {
            Step step = Next(ref random, options);
            if (step is Step.Ack or Step.Nack or Step.Reject && random.Chance(2, 3))
            {
                steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(100))); // time for a delivery to come
            }

            steps.Add(step);
            if (step is Step.OpenChannel or Step.ConfirmSelect && random.Chance(3, 4))
            {
                steps.Add(new Step.Settle()); // a channel takes commands once it is open
            }
        }

        steps.Add(new Step.Settle());
        steps.Add(new Step.Close());
        return steps.ToImmutable();
    }

    /// <summary>A queue and some channels, most of them in confirm mode or with a consumer: what real clients set
    /// up.</summary>
    private static void Begin(ImmutableArray<Step>.Builder steps, ref Prng random)
    {
        bool[] isOpen = [true, random.Chance(1, 2), random.Chance(1, 3)];
        foreach (int slot in Enumerable.Range(0, Slots).Where(slot => isOpen[slot]))
        {
            steps.Add(new Step.OpenChannel(slot));
        }

        steps.Add(new Step.Settle());
        steps.Add(new Step.DeclareQueue(0, "q0"));
        steps.Add(new Step.Settle());
        foreach (int slot in Enumerable.Range(0, Slots).Where(slot => isOpen[slot]))
        {
            if (random.Chance(1, 2))
            {
                steps.Add(new Step.ConfirmSelect(slot));
            }

            if (random.Chance(1, 3))
            {
                steps.Add(new Step.Consume(slot, "q0", $"first{slot}", random.Chance(1, 3)));
            }
        }

        steps.Add(new Step.Settle());
    }

    private static Step Next(ref Prng random, GeneratorOptions options)
    {
        int slot = random.NextInt32(Slots);
        string queue = $"q{random.NextInt32(Queues)}";
        switch (random.NextInt32(options.Mistakes ? 23 : 20))
        {
            case 0 or 1:
                return new Step.OpenChannel(slot);
            case 2:
                return new Step.CloseChannel(slot);
            case 3:
                return new Step.DeclareQueue(0, queue, random.Chance(1, 4));
            case 4:
                return new Step.ConfirmSelect(slot);
            case 5:
                return new Step.Consume(slot, "q0", $"c{slot}-{random.NextUInt64() % 1000}", random.Chance(1, 3));
            case 6:
                return new Step.Get(slot, "q0", random.Chance(1, 2));
            case 7 or 8:
                return new Step.Ack(slot, random.Chance(1, 3));
            case 9:
                return new Step.Nack(slot, random.Chance(1, 3), random.Chance(3, 4));
            case 10:
                return new Step.Reject(slot, random.Chance(3, 4));
            case 11:
                return new Step.Wait(TimeSpan.FromMilliseconds(1 + random.NextInt32(200)));
            case 12:
                return new Step.Settle();
            case 13:
                return new Step.Qos(slot, (ushort)random.NextInt32(4));
            case 20:
                return new Step.Call(slot, new QueueDeclare { Queue = "missing", Passive = true });
            case 21:
                return new Step.Publish(slot, "missing", "key", random.NextInt32(100));
            case 22:
                return new Step.Send(slot, new BasicAck { DeliveryTag = 1000 });
            default:
                int size = Pick(
                    ref random,
                    0,
                    1,
                    random.NextInt32(200),
                    random.NextInt32(options.MaxBody),
                    options.MaxBody);
                string key = random.Chance(1, 5) ? "nowhere" : "q0";
                return new Step.Publish(slot, "", key, size, random.Chance(1, 2), random.Chance(1, 2));
        }
    }

    private static T Pick<T>(ref Prng random, params ReadOnlySpan<T> values) => values[random.NextInt32(values.Length)];
}
