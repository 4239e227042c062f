using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Scenarios;

/// <summary>Plans what the users of a client that reconnects do: publishers with confirms, consumers, topology, gets
/// and transactions.</summary>
internal static class WorkloadGenerator
{
    private const int Publisher = 0;
    private const int Consumer = 1;
    private const int Other = 2;

    /// <summary>The steps of one world.</summary>
    public static ImmutableArray<Step> Make(RandomStreams streams, GeneratorOptions options) =>
        Make(streams, options, null);

    /// <summary>The steps of one more client, which declares the queues as the first one does.</summary>
    /// <param name="first">The streams of the first client.</param>
    /// <param name="streams">Its own.</param>
    /// <param name="options">What may be in it.</param>
    public static ImmutableArray<Step> MakeMore(RandomStreams first, RandomStreams streams, GeneratorOptions options)
    {
        Prng random = first.For("workload");
        return Make(streams, options, MakeTraits(options, ref random).Durable);
    }

    private static ImmutableArray<Step> Make(RandomStreams streams, GeneratorOptions options, bool? durable)
    {
        Prng random = streams.For("workload");
        Traits traits = MakeTraits(options, ref random);
        traits = traits with { Durable = durable ?? traits.Durable };
        var steps = ImmutableArray.CreateBuilder<Step>();
        Begin(steps, traits, ref random);
        int count = 1 + random.NextInt32(options.MaxSteps);
        for (int i = 0; i < count; i++)
        {
            // A stream of its own for each, so that one step less does not change the others.
            Prng own = streams.For($"step:{i}");
            Add(steps, i, traits, ref own);
        }

        return steps.ToImmutable();
    }

    private static Traits MakeTraits(GeneratorOptions options, ref Prng random) => new(
        Consumes: random.Chance(3, 4),
        NoAck: random.Chance(1, 6),
        Transacts: random.Chance(1, 4),
        Gets: random.Chance(1, 4),
        Removes: random.Chance(1, 4),
        Mistakes: options.Mistakes && random.Chance(1, 4),
        Unconfirmed: random.Chance(1, 6),
        Durable: random.Chance(2, 3),
        MaxBody: Pick(ref random, 20, 20, 200, 200, 200, options.MaxBody));

    private static void Begin(ImmutableArray<Step>.Builder steps, in Traits traits, ref Prng random)
    {
        steps.Add(new Step.OpenChannel(Publisher));
        steps.Add(new Step.OpenChannel(Consumer));
        steps.Add(new Step.OpenChannel(Other));
        steps.Add(new Step.Settle());
        steps.Add(new Step.DeclareQueue(Publisher, "q0", traits.Durable));
        steps.Add(new Step.DeclareQueue(Publisher, "q1", !traits.Durable));
        if (traits.Removes)
        {
            steps.Add(new Step.Call(Publisher, new ExchangeDeclare { Exchange = "x", Type = "direct" }));
            steps.Add(new Step.Call(Publisher, new QueueBind { Queue = "q0", Exchange = "x", RoutingKey = "k" }));
        }

        if (!traits.Unconfirmed)
        {
            steps.Add(new Step.ConfirmSelect(Publisher));
        }

        if (traits.Transacts)
        {
            steps.Add(new Step.Call(Other, new TxSelect()));
        }

        if (random.Chance(3, 4))
        {
            steps.Add(new Step.Settle());
        }

        if (traits.Consumes)
        {
            steps.Add(new Step.Qos(Consumer, Pick<ushort>(ref random, 0, 1, 3, 10)));
            steps.Add(new Step.Consume(Consumer, "q0", "c0", traits.NoAck));
        }

        steps.Add(new Step.Settle());
    }

    private static void Add(ImmutableArray<Step>.Builder steps, int index, in Traits traits, ref Prng random)
    {
        string queue = random.Chance(3, 4) ? "q0" : "q1";
        switch (random.NextInt32(24))
        {
            case 0 or 1 or 2 when traits.Consumes:
                Settlement(steps, ref random);
                break;
            case 3 or 4 when traits.Transacts:
                AddTransaction(steps, queue, traits, ref random);
                break;
            case 5 or 6 when traits.Gets && !traits.Transacts:
                steps.Add(new Step.Get(Other, queue, random.Chance(1, 4)));
                steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(50)));
                steps.Add(random.Chance(1, 2) ? new Step.Ack(Other) : new Step.Nack(Other));
                break;
            case 7 when traits.Removes:
                AddRemoval(steps, index, ref random);
                break;
            case 8 when traits.Mistakes:
                AddMistake(steps, ref random);
                break;
            case 9:
                steps.Add(new Step.Settle());
                break;
            case 10 or 11:
                steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(1 + random.NextInt32(Pick(ref random, 20, 2_000)))));
                break;
            case 12 when traits.Consumes && random.Chance(1, 2):
                steps.Add(new Step.Consume(Consumer, queue, $"c{index + 1}", traits.NoAck));
                break;
            case 13 when traits.Removes && random.Chance(1, 2):
                steps.Add(new Step.Publish(Publisher, "x", "k", random.NextInt32(50), true, true));
                break;
            default:
                steps.Add(Publish(Publisher, queue, traits, ref random));
                break;
        }
    }

    private static Step.Publish Publish(int slot, string queue, in Traits traits, ref Prng random)
    {
        int size = Pick(ref random, 0, 1, random.NextInt32(50), random.NextInt32(traits.MaxBody), traits.MaxBody);
        string key = random.Chance(1, 10) ? "nowhere" : queue;
        return new Step.Publish(slot, "", key, size, random.Chance(1, 3), random.Chance(2, 3));
    }

    private static void Settlement(ImmutableArray<Step>.Builder steps, ref Prng random)
    {
        if (random.Chance(1, 2))
        {
            steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(1 + random.NextInt32(60)))); // for a delivery to come
        }

        steps.Add(random.NextInt32(6) switch
        {
            0 => new Step.Nack(Consumer, random.Chance(1, 2), random.Chance(3, 4)),
            1 => new Step.Reject(Consumer, random.Chance(3, 4)),
            _ => new Step.Ack(Consumer, random.Chance(1, 2)),
        });
    }

    private static void AddTransaction(
        ImmutableArray<Step>.Builder steps, string queue, in Traits traits, ref Prng random)
    {
        for (int i = random.NextInt32(3); i >= 0; i--)
        {
            steps.Add(Publish(Other, queue, traits, ref random) with { Persistent = true, Mandatory = false });
        }

        steps.Add(new Step.Call(Other, random.Chance(3, 4) ? new TxCommit() : new TxRollback()));
        steps.Add(new Step.Settle());
    }

    private static void AddRemoval(ImmutableArray<Step>.Builder steps, int index, ref Prng random)
    {
        switch (random.NextInt32(4))
        {
            case 0:
                steps.Add(new Step.DeleteQueue(Publisher, "q1"));
                steps.Add(new Step.DeclareQueue(Publisher, "q1", random.Chance(1, 2)));
                break;
            case 1:
                steps.Add(new Step.Call(Publisher, new QueuePurge { Queue = "q0" }));
                break;
            case 2:
                steps.Add(new Step.Cancel(Consumer, random.Chance(1, 2) ? "c0" : $"c{index}"));
                break;
            default:
                steps.Add(new Step.CloseChannel(Consumer));
                steps.Add(new Step.OpenChannel(Consumer));
                steps.Add(new Step.Settle());
                steps.Add(new Step.Consume(Consumer, "q0", $"c{index + 1}"));
                break;
        }
    }

    private static void AddMistake(ImmutableArray<Step>.Builder steps, ref Prng random)
    {
        int slot = random.NextInt32(3);
        steps.Add(random.NextInt32(3) switch
        {
            0 => new Step.Call(slot, new QueueDeclare { Queue = "missing", Passive = true }),
            1 => new Step.Publish(slot, "missing", "key", random.NextInt32(100)),
            _ => new Step.Send(slot, new BasicAck { DeliveryTag = 1000 }),
        });
        steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(100)));
        steps.Add(new Step.OpenChannel(slot));
        steps.Add(new Step.Settle());
        if (slot == Publisher && random.Chance(3, 4))
        {
            steps.Add(new Step.ConfirmSelect(slot));
        }
    }

    private static T Pick<T>(ref Prng random, params ReadOnlySpan<T> values) => values[random.NextInt32(values.Length)];

    /// <summary>What this world's users do at all.</summary>
    private readonly record struct Traits(
        bool Consumes,
        bool NoAck,
        bool Transacts,
        bool Gets,
        bool Removes,
        bool Mistakes,
        bool Unconfirmed,
        bool Durable,
        int MaxBody);
}
