using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Amqp.Transport;
using Xunit;

namespace Amqp.Async;

/// <summary>I2: one scenario, played by the engine alone and by the transport, is the same on the wire.</summary>
public sealed class TierTests
{
    private const string Scenario = """
        open 0
        settle
        open 1
        settle
        declare 0 orders durable
        settle
        declare-exchange 0 shop direct
        settle
        bind 0 orders shop order
        settle
        confirm 0
        settle
        publish 0 "" orders 0 persistent
        settle
        publish 0 shop order 20 persistent
        settle
        publish 0 "" nowhere 5 mandatory persistent
        settle
        publish 0 "" orders 10000 persistent
        settle
        qos 1 2
        settle
        consume 1 orders worker
        settle
        ack 1
        settle
        reject 1
        settle
        ack 1 multiple
        settle
        cancel 1 worker
        settle
        publish 0 "" orders 7 persistent
        settle
        get 1 orders
        settle
        nack 1
        settle
        purge 0 orders
        settle
        delete 0 orders
        settle
        close-channel 1
        settle
        close-channel 0
        settle
        close
        """;

    [Theory]
    [InlineData(4096)]
    [InlineData(131072)]
    public async Task I2_The_engine_alone_and_the_transport_send_and_get_the_same_bytes(int frameMax)
    {
        var scenario = Simulation.Scenarios.Scenario.Parse($"frame-max {frameMax}\n{Scenario}");
        var alone = new SimTrace();
        var engine = SimWorld.Run(scenario, alone);
        Assert.True(engine.IsGood, engine.ToString());

        var transport = await Sim.Run(1, sim => PlayAsync(sim, scenario));

        foreach (var lane in new[] { TraceLane.Client, TraceLane.Broker })
        {
            var expected = Frames(alone, lane);
            Assert.True(expected.Length > 25, "there is hardly anything to compare");
            Assert.Equal(expected, Frames(transport.Trace, lane));
        }
    }

    // Each step of the scenario, as an application would write it; a step ends when its answer has come.
    private static async Task PlayAsync(SimContext sim, Scenario scenario)
    {
        await using var connection = await sim.ConnectAsync(
            options => options with { FrameMax = scenario.Options.Session.FrameMax });
        var channels = new Dictionary<int, AmqpChannel>();
        var unacked = new Queue<Delivery>();
        AmqpConsumer? consumer = null;
        var publishes = 0;
        foreach (var step in scenario.Steps)
        {
            switch (step)
            {
                case Step.OpenChannel s:
                    channels[s.Slot] = await connection.OpenChannelAsync();
                    break;
                case Step.CloseChannel s:
                    await channels[s.Slot].CloseAsync(ReplyCode.Success, "Bye");
                    break;
                case Step.Publish s:
                    await PublishAsync(channels[s.Slot], s, MessageBody.Id(++publishes, s.BodySize));
                    break;
                case Step.Consume s:
                    consumer = await channels[s.Slot].SubscribeAsync(
                        s.Queue,
                        (delivery, _) =>
                        {
                            unacked.Enqueue(delivery);
                            return ValueTask.CompletedTask;
                        },
                        new ConsumeOptions { ConsumerTag = s.ConsumerTag });
                    break;
                case Step.Cancel:
                    await consumer!.CancelAsync();
                    break;
                case Step.Get s:
                    unacked.Enqueue((await channels[s.Slot].GetAsync(s.Queue))!.Message);
                    break;
                case Step.Ack { Multiple: true } s:
                    await channels[s.Slot].AckAsync(unacked.Last().DeliveryTag, multiple: true);
                    unacked.Clear();
                    break;
                case Step.Ack:
                    await unacked.Dequeue().AckAsync();
                    break;
                case Step.Nack s:
                    await channels[s.Slot].NackAsync(unacked.Dequeue().DeliveryTag);
                    break;
                case Step.Reject s:
                    await channels[s.Slot].RejectAsync(unacked.Dequeue().DeliveryTag);
                    break;
                case Step.Close:
                    await connection.CloseAsync(ReplyCode.Success, "Goodbye");
                    break;
                case Step.Settle:
                    await sim.DelayAsync(TimeSpan.FromMilliseconds(10));
                    break;
                default:
                    await CallAsync(channels[SlotOf(step)], step);
                    break;
            }
        }
    }

    private static async Task PublishAsync(AmqpChannel channel, Step.Publish step, string id)
    {
        var properties = new BasicProperties { MessageId = id, DeliveryMode = 2 };
        var publish = channel.PublishAsync(
            step.Exchange, step.RoutingKey, MessageBody.Make(id, step.BodySize), properties, step.Mandatory);
        if (step.RoutingKey == "nowhere")
        {
            await Assert.ThrowsAsync<PublishReturnedException>(async () => await publish);
        }
        else
        {
            await publish;
        }
    }

    private static int SlotOf(Step step) => step switch
    {
        Step.Call s => s.Slot,
        Step.DeclareQueue s => s.Slot,
        Step.DeleteQueue s => s.Slot,
        Step.ConfirmSelect s => s.Slot,
        Step.Qos s => s.Slot,
        _ => throw new InvalidOperationException($"{step} is not played"),
    };

    private static Task CallAsync(AmqpChannel channel, Step step) => step switch
    {
        Step.DeclareQueue s => channel.DeclareQueueAsync(s.Queue, s.Durable),
        Step.DeleteQueue s => channel.DeleteQueueAsync(s.Queue),
        Step.ConfirmSelect => channel.ConfirmSelectAsync(),
        Step.Qos s => channel.QosAsync(s.Prefetch),
        Step.Call { Method: ExchangeDeclare m } => channel.DeclareExchangeAsync(m.Exchange, m.Type),
        Step.Call { Method: QueueBind m } => channel.BindQueueAsync(m.Queue, m.Exchange, m.RoutingKey),
        Step.Call { Method: QueuePurge m } => channel.PurgeQueueAsync(m.Queue),
        _ => throw new InvalidOperationException($"{step} is not played"),
    };

    /// <summary>What one side sent, frame by frame.</summary>
    private static string[] Frames(SimTrace trace, TraceLane lane)
    {
        byte[] bytes =
        [
            .. trace.Events.Where(each => each.Kind == TraceKind.Sent && each.Lane == lane)
                .SelectMany(static each => each.Bytes.ToArray()),
        ];
        var frames = new List<string>();
        var at = lane == TraceLane.Client ? 8 : 0;
        while (at < bytes.Length)
        {
            var length = 8 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 3));
            frames.Add(Convert.ToHexString(bytes.AsSpan(at, length)));
            at += length;
        }

        return [.. frames];
    }
}
