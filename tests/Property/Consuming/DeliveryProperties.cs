using System.Collections.Immutable;
using System.Globalization;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.Publishing;
using Amqp.Property.World;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.Consuming;

/// <summary>F7 and F9: messages come in the order they were published, and byte for byte as they were.</summary>
public class DeliveryProperties
{
    [Fact]
    public void F7_Each_consumer_gets_first_deliveries_in_the_order_of_publishing()
    {
        var seen = new Distribution("two consumers", "redelivered between", "several publishers");
        Props.ForAll(
            "F7",
            Gens.From(MakeWorld),
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                Assert.True(outcome.IsGood, outcome.ToString());
                EventRecord[] deliveries = [.. outcome.Events.Where(e => e.Kind == EventKind.Delivery)];
                seen.Case();
                foreach (var consumer in deliveries.Where(e => !e.Redelivered).GroupBy(e => (e.Channel, e.ConsumerTag)))
                {
                    int[] ordinals = [.. consumer.Select(Ordinal)];
                    Assert.Equal(ordinals.Order(), ordinals);
                }

                // A first delivery is never doubled, whoever gets it.
                int[] first = [.. deliveries.Where(e => !e.Redelivered).Select(Ordinal)];
                Assert.Equal(first.Length, first.Distinct().Count());
                seen.Saw("two consumers", deliveries.Select(e => e.ConsumerTag).Distinct().Count() > 1);
                seen.Saw("redelivered between", deliveries.Any(e => e.Redelivered));
                seen.Saw(
                    "several publishers",
                    scenario.Steps.OfType<Step.Publish>().Select(p => p.Slot).Distinct().Count() > 1);
            },
            ScenarioShrinker.Candidates);
        seen.Require("F7", 15);
    }

    [Fact]
    public void F9_Body_and_properties_arrive_as_they_were_sent_at_every_size()
    {
        var seen = new Distribution("empty", "one frame exactly", "one byte more than a frame", "two frames", "large");
        Props.ForAll(
            "F9",
            Gens.From(draw =>
            {
                int frameMax = draw.Pick(4096, 4097, 8192, 131072);
                int size = draw.OneIn(8) ? draw.Int(100_000, 400_000) : BodyGens.Size(draw, frameMax);
                return (FrameMax: frameMax, Size: size, Properties: Plausible(draw), Gets: draw.OneIn(2));
            }),
            c =>
            {
                int full = c.FrameMax - BodyGens.Overhead;
                seen.Case();
                seen.Saw("empty", c.Size == 0);
                seen.Saw("one frame exactly", c.Size == full);
                seen.Saw("one byte more than a frame", c.Size == full + 1);
                seen.Saw("two frames", c.Size > full && c.Size <= 2 * full);
                seen.Saw("large", c.Size >= 100_000);
                var core = new BrokerCore();
                core.DeclareQueue("/", "q");
                var client = new BrokerClient(
                    core, new SessionOptions { FrameMax = (uint)c.FrameMax, Heartbeat = TimeSpan.Zero });
                ushort channel = client.OpenChannel();
                byte[] body = BodyGens.Body(c.Size);
                if (client.Session.CheckPublish(channel, "", "q", c.Properties, body.Length) != CommandResult.Ok)
                {
                    return; // its header does not fit a frame
                }

                client.Publish(channel, "q", c.Properties, body);
                client.Call(
                    channel, c.Gets ? new BasicGet { Queue = "q" } : new BasicConsume { Queue = "q", NoAck = true });
                Assert.True(client.Messages.Count == 1, $"F9 no message but {string.Join("; ", client.Events)}");
                BrokerClient.Message message = client.Messages[0];
                Assert.Equal(c.Properties, message.Start.Properties);
                Assert.True(body.AsSpan().SequenceEqual(message.Body.ToArray()), "F9 another body");
            });
        seen.Require("F9", 2);
    }

    private static int Ordinal(EventRecord e)
    {
        string id = e.Properties!.MessageId!;
        return int.Parse(id.AsSpan(1, id.IndexOf('-') - 1), CultureInfo.InvariantCulture);
    }

    // What RabbitMQ takes: a user id must be the user's own, an expiration a number, and a mode 1 or 2.
    private static BasicProperties Plausible(Draw draw)
    {
        BasicProperties any = PropertiesGens.Make(draw);
        return any with
        {
            UserId = any.UserId is null ? null : "guest",
            Expiration = any.Expiration is null ? null : "60000",
            DeliveryMode = any.DeliveryMode is { } mode ? (byte)(1 + (mode % 2)) : null,
        };
    }

    /// <summary>Publishers on channels of their own, two consumers of one queue, and settlements that give messages
    /// back.</summary>
    private static Scenario MakeWorld(Draw draw)
    {
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>();
        for (int slot = 0; slot < 4; slot++)
        {
            steps.Add(new Step.OpenChannel(slot));
        }

        steps.Add(new Step.Settle());
        steps.Add(new Step.DeclareQueue(0, "q0"));
        steps.Add(new Step.Settle());
        int first = draw.Int(0, 10);
        for (int i = draw.Int(5, 40); i > 0; i--)
        {
            int consumer = draw.Int(2, 3);
            steps.Add(draw.Int(0, 9) switch
            {
                < 5 => new Step.Publish(draw.Int(0, 1), "", "q0", draw.Pick(0, 10, 5000)),
                5 => new Step.Ack(consumer, draw.OneIn(3)),
                6 => new Step.Nack(consumer, draw.OneIn(3)),
                7 => new Step.Reject(consumer),
                8 => new Step.Get(consumer, "q0", draw.OneIn(2)),
                _ => new Step.Wait(TimeSpan.FromMilliseconds(draw.Int(1, 5))),
            });
            if (first-- == 0)
            {
                foreach (int slot in (int[])[2, 3])
                {
                    steps.Add(new Step.Qos(slot, (ushort)draw.Int(0, 5)));
                    steps.Add(new Step.Consume(slot, "q0", $"c{slot}", draw.OneIn(3)));
                }
            }
        }

        steps.Add(new Step.Wait(TimeSpan.FromMilliseconds(200)));
        steps.Add(new Step.Settle());
        steps.Add(new Step.Close());
        return new Scenario
        {
            Seed = draw.Bits(),
            Options = WorldPublishProperties.Conditions(draw),
            Steps = steps.ToImmutable(),
        };
    }
}
