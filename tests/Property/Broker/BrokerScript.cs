using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using FsCheck;

namespace Amqp.Property.Broker;

/// <summary>A generated conversation of several clients with one broker: its queues, and what happens.</summary>
internal sealed record BrokerScript(
    BrokerProfile Profile,
    IReadOnlyList<FieldTable> Queues,
    IReadOnlyList<BrokerOp> Ops)
{
    private static readonly BrokerOpKind[] Common =
    [
        BrokerOpKind.Publish, BrokerOpKind.Publish, BrokerOpKind.Publish, BrokerOpKind.PublishToAll, BrokerOpKind.Get,
        BrokerOpKind.Consume, BrokerOpKind.Ack, BrokerOpKind.Ack, BrokerOpKind.Nack, BrokerOpKind.Reject,
        BrokerOpKind.Wait, BrokerOpKind.Prefetch,
    ];

    private static readonly BrokerOpKind[] Rare =
    [
        BrokerOpKind.Cancel, BrokerOpKind.Recover, BrokerOpKind.Purge, BrokerOpKind.DeleteQueue,
        BrokerOpKind.CloseChannel, BrokerOpKind.CloseConnection, BrokerOpKind.BreakConnection, BrokerOpKind.Transact,
        BrokerOpKind.Policy, BrokerOpKind.Restart, BrokerOpKind.Crash,
    ];

    public static Gen<BrokerScript> Any { get; } = Gens.From(Make);

    /// <summary>Scripts with fewer steps, halves first.</summary>
    public static IEnumerable<BrokerScript> Shrink(BrokerScript script)
    {
        for (var size = script.Ops.Count / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= script.Ops.Count; at += size)
            {
                yield return script with { Ops = [.. script.Ops.Take(at), .. script.Ops.Skip(at + size)] };
            }
        }

        for (var i = 0; i < script.Queues.Count; i++)
        {
            if (script.Queues[i].Count > 0)
            {
                yield return script with
                {
                    Queues = [.. script.Queues.Select((each, at) => at == i ? FieldTable.Empty : each)],
                };
            }
        }
    }

    public override string ToString() =>
        $"{Profile.Name}; queues {string.Join("; ", Queues)}; {string.Join(", ", Ops)}";

    private static BrokerScript Make(Draw draw)
    {
        var queues = Enumerable.Range(0, draw.Int(1, 4)).Select(index => Arguments(draw, index)).ToArray();
        var count = draw.Int(1, 10 + draw.Size);
        var ops = Enumerable.Range(0, count).Select(_ => new BrokerOp(
            draw.OneIn(6) ? draw.Pick(Rare) : draw.Pick(Common),
            draw.Int(0, 63),
            draw.Int(0, 63),
            draw.Int(0, 63)));
        return new BrokerScript(draw.Pick(BrokerProfile.All), queues, [.. ops]);
    }

    /// <summary>Dead letters go to the next queue only, so that a message is in a queue at most once.</summary>
    private static FieldTable Arguments(Draw draw, int index)
    {
        var table = FieldTable.Empty;
        var isQuorum = draw.OneIn(5);
        if (isQuorum)
        {
            table = table.With("x-queue-type", "quorum");
        }
        else if (draw.OneIn(4))
        {
            table = table.With("x-max-priority", draw.Int(1, 4));
        }

        if (draw.OneIn(3))
        {
            table = table.With("x-max-length", draw.Int(0, 5));
            table = draw.OneIn(2) ? table.With("x-overflow", "reject-publish") : table;
        }

        if (draw.OneIn(3))
        {
            table = table.With("x-message-ttl", draw.Int(0, 40) * 10);
        }

        if (draw.OneIn(2))
        {
            table = table.With("x-dead-letter-exchange", "").With("x-dead-letter-routing-key", $"q{index + 1}");
        }

        if (draw.OneIn(6))
        {
            table = table.With("x-single-active-consumer", true);
        }

        return table;
    }
}
