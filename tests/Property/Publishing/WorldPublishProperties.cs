using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.World;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.Publishing;

/// <summary>D6, E5 and E9 with both sides: what was published comes to the broker in order, comes back before it is
/// settled, and is what it was when it was published.</summary>
public class WorldPublishProperties
{
    private const int Queues = 3;

    private static FsCheck.Gen<Scenario> Worlds { get; } = Gens.From(Make);

    [Fact]
    public void D6_What_is_sent_on_a_channel_reaches_the_broker_in_the_order_of_the_calls()
    {
        var seen = new Distribution("several channels", "several frames");
        Props.ForAll(
            "D6",
            Worlds,
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                Assert.True(outcome.IsGood, outcome.ToString());
                Step.Publish[] published = [.. scenario.Steps.OfType<Step.Publish>()];
                seen.Case();
                seen.Saw("several channels", published.Select(p => p.Slot).Distinct().Count() > 1);
                seen.Saw("several frames", published.Any(p => p.BodySize > 4088));
                for (int queue = 0; queue < Queues; queue++)
                {
                    // Each channel has a queue of its own, so that a queue's order is the channel's.
                    IEnumerable<string> due = published.Index().Where(p => p.Item.RoutingKey == $"q{queue}")
                        .Select(p => MessageBody.Id(p.Index + 1, p.Item.BodySize));
                    Assert.Equal(due, Ids(outcome, EventKind.Delivery, $"q{queue}"));
                }
            },
            FewerPublishes);
        seen.Require("D6", 20);
    }

    [Fact]
    public void E5_An_unroutable_message_comes_back_whole_before_its_confirm()
    {
        var seen = new Distribution("returned", "several returned", "empty", "several frames");
        Props.ForAll(
            "E5.world",
            Worlds,
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                Assert.True(outcome.IsGood, outcome.ToString()); // the auditors compare the bodies
                CommandRecord[] unroutable = [.. outcome.Commands
                    .Where(c => c.Step is Step.Publish { Mandatory: true, RoutingKey: "nowhere" })];
                List<EventRecord> events = EventLists.Expand(outcome);
                Assert.Equal(
                    unroutable.Select(c => (c.Channel, c.Sequence)).Order(),
                    events.Where(e => e.Kind == EventKind.PublishReturned).Select(e => (e.Channel, e.FromSequence))
                        .Order());
                foreach (CommandRecord publish in unroutable)
                {
                    int returned = events.FindIndex(e => Is(e, EventKind.PublishReturned, publish));
                    int settled = events.FindIndex(e => Is(e, EventKind.PublishSettled, publish));
                    Assert.InRange(returned, 0, settled);
                    Assert.False(events[settled].Flag, "an unroutable message is confirmed, not refused");
                }

                Step.Publish[] steps = [.. unroutable.Select(c => (Step.Publish)c.Step)];
                seen.Case();
                seen.Saw("returned", steps.Length > 0);
                seen.Saw("several returned", steps.Length > 2);
                seen.Saw("empty", steps.Any(s => s.BodySize == 0));
                seen.Saw("several frames", steps.Any(s => s.BodySize > 4088));
            },
            FewerPublishes);
        seen.Require("E5.world", 10);
    }

    /// <summary>The world overwrites each body right after its publish was taken.</summary>
    [Fact]
    public void E9_A_body_is_the_callers_again_once_the_publish_was_taken()
    {
        var seen = new Distribution("several frames");
        Props.ForAll(
            "E9.world",
            Worlds,
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                Assert.True(outcome.IsGood, outcome.ToString());
                Dictionary<ushort, (string? Id, List<byte> Body)> inside = [];
                int compared = 0;
                foreach (EventRecord e in outcome.Events)
                {
                    if (e.Kind is EventKind.Delivery or EventKind.Return)
                    {
                        inside[e.Channel] = (e.Properties!.MessageId, []);
                    }
                    else if (e.Kind == EventKind.Body)
                    {
                        (string? id, List<byte> body) = inside[e.Channel];
                        body.AddRange(e.Body.Bytes.Span);
                        compared += e.Flag ? 1 : 0;
                        Assert.True(!e.Flag || MessageBody.Matches(id!, body.ToArray()), $"E9 {id} was changed");
                    }
                }

                int due = scenario.Steps.OfType<Step.Publish>()
                    .Count(p => p.BodySize > 0 && p.RoutingKey != "nowhere");
                Assert.True(compared >= due, $"E9 only {compared} of {due} bodies were compared");
                seen.Case();
                seen.Saw("several frames", scenario.Steps.OfType<Step.Publish>().Any(p => p.BodySize > 4088));
            },
            FewerPublishes);
        seen.Require("E9.world", 20);
    }

    private static IEnumerable<Scenario> FewerPublishes(Scenario scenario)
    {
        for (int i = 0; i < scenario.Steps.Length; i++)
        {
            if (scenario.Steps[i] is Step.Publish)
            {
                yield return scenario with { Steps = scenario.Steps.RemoveAt(i) };
            }
        }
    }

    private static bool Is(EventRecord e, EventKind kind, CommandRecord publish) =>
        e.Kind == kind && e.Channel == publish.Channel && e.FromSequence == publish.Sequence;

    private static IEnumerable<string> Ids(Outcome outcome, EventKind kind, string key) =>
        outcome.Events.Where(e => e.Kind == kind && e.RoutingKey == key).Select(e => e.Properties!.MessageId!);

    private static Scenario Make(Draw draw)
    {
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>();
        for (int slot = 0; slot < Queues; slot++)
        {
            steps.Add(new Step.OpenChannel(slot));
            steps.Add(new Step.Settle());
            steps.Add(new Step.DeclareQueue(slot, $"q{slot}"));
            steps.Add(new Step.ConfirmSelect(slot));
        }

        steps.Add(new Step.Settle());
        int early = draw.Int(0, Queues - 1);
        steps.Add(new Step.Consume(early, $"q{early}", "early", NoAck: true));
        for (int i = draw.Int(1, 25); i > 0; i--)
        {
            int slot = draw.Int(0, Queues - 1);
            int size = draw.Pick(0, 1, draw.Int(0, 100), draw.Int(4000, 4100), draw.Int(0, 9000));
            bool unroutable = draw.OneIn(4);
            steps.Add(new Step.Publish(slot, "", unroutable ? "nowhere" : $"q{slot}", size, draw.OneIn(2)));
            if (draw.OneIn(8))
            {
                steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(draw.Int(1, 20))));
            }

            if (draw.OneIn(8))
            {
                steps.Add(new Step.Call(slot, new QueueDeclare { Queue = $"q{slot}", Passive = true }));
            }
        }

        steps.Add(new Step.Settle());
        for (int slot = 0; slot < Queues; slot++)
        {
            if (slot != early)
            {
                steps.Add(new Step.Consume(slot, $"q{slot}", $"late{slot}", NoAck: true));
            }
        }

        steps.Add(new Step.Settle());
        steps.Add(new Step.Wait(TimeSpan.FromSeconds(1)));
        steps.Add(new Step.Settle());
        steps.Add(new Step.Close());
        return new Scenario { Seed = draw.Bits(), Options = Conditions(draw), Steps = steps.ToImmutable() };
    }

    /// <summary>Small frames and any cutting of the streams into reads.</summary>
    public static WorldOptions Conditions(Draw draw) => new()
    {
        Session = new SessionOptions { FrameMax = draw.Pick(4096u, 8192u, 131072u) },
        Link = new LinkOptions
        {
            ToBroker = Chunks(draw),
            ToClient = Chunks(draw),
            Jitter = TimeSpan.FromMicroseconds(draw.Pick(0, 500)),
        },
    };

    private static Chunking Chunks(Draw draw) => draw.Int(0, 3) switch
    {
        0 => Chunking.Whole,
        1 => Chunking.FixedSize(draw.Int(7, 300)),
        2 => Chunking.Coalesce(TimeSpan.FromMilliseconds(draw.Int(1, 10))),
        _ => Chunking.RandomPrefix,
    };
}
