using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>A peer that takes its output late, or never.</summary>
public class CongestionTests
{
    private const int Deadline = 30_000;

    [Theory(Timeout = Deadline)]
    [InlineData(10)]
    [InlineData(40)]
    public async Task Every_answer_arrives_once_a_peer_that_asked_for_too_much_reads_on(int messages)
    {
        await using var broker = new InMemoryBroker();
        Fill(broker, messages);
        var peer = await PipePeer.OpenAsync(broker);

        var gets = Enumerable.Repeat<AmqpMethod>(new BasicGet { Queue = "q", NoAck = true }, messages);
        await peer.SendAsync(1, [.. gets, new QueueDeclare { Queue = "q", Passive = true }]);
        var methods = await peer.ReadUntilAsync(MethodId.QueueDeclareOk);
        Assert.Equal(messages, methods.Count(static each => each == MethodId.BasicGetOk));

        await peer.SendAsync(1, new BasicGet { Queue = "q" });
        Assert.Equal([MethodId.BasicGetEmpty], await peer.ReadUntilAsync(MethodId.BasicGetEmpty));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_slow_consumer_is_answered_between_its_deliveries()
    {
        await using var broker = new InMemoryBroker();
        Fill(broker, 20);
        var peer = await PipePeer.OpenAsync(broker);
        await peer.SendAsync(
            1,
            new BasicConsume { Queue = "q", ConsumerTag = "t", NoAck = true },
            new QueueDeclare { Queue = "q", Passive = true });
        var methods = await peer.ReadUntilAsync(MethodId.QueueDeclareOk);
        var delivered = methods.Count(static each => each == MethodId.BasicDeliver);
        Assert.InRange(delivered, 1, 19);
        await peer.ReadUntilAsync(MethodId.BasicDeliver, 20 - delivered);
        Assert.Equal(0, broker.Queue("q").Ready);
    }

    [Fact]
    public void A_congested_connection_gets_no_deliveries_and_is_still_answered()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new QueueDeclare { Queue = "q" }, new BasicConsume { Queue = "q", ConsumerTag = "t" });
        peer.Take();
        peer.Connection.SetOutputCongested(true);
        peer.Publish(1, "", "q", "one");
        peer.Send(1, new QueueDeclare { Queue = "q", Passive = true });
        Assert.Equal(["queue.declare-ok"], peer.Take());
        peer.Connection.SetOutputCongested(false);
        Assert.Equal(["deliver t 1", "one"], peer.Take());
    }

    [Fact]
    public void A_congested_peer_that_says_nothing_is_dropped_and_its_messages_go_back()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core, heartbeat: 1);
        peer.Send(1, new QueueDeclare { Queue = "q" }, new BasicConsume { Queue = "q" });
        peer.Publish(1, "", "q", "one");
        Assert.Equal(0, core.FindQueue("/", "q")!.Ready);
        peer.Connection.SetOutputCongested(true);
        core.Elapse(MonoTime.Zero + TimeSpan.FromSeconds(2.9));
        Assert.False(peer.Connection.WantsClose);
        core.Elapse(MonoTime.Zero + TimeSpan.FromSeconds(3));
        Assert.True(peer.Connection.WantsClose);
        Assert.Equal(1, core.FindQueue("/", "q")!.Ready);
    }

    [Fact]
    public void A_congested_peer_that_sends_heartbeats_is_kept()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core, heartbeat: 1);
        peer.Connection.SetOutputCongested(true);
        var heartbeat = new ArrayBufferWriter<byte>();
        FrameWriter.WriteHeartbeat(heartbeat);
        for (var second = 1; second <= 10; second++)
        {
            var now = MonoTime.Zero + TimeSpan.FromSeconds(second);
            peer.SendRaw(heartbeat.WrittenSpan.ToArray(), now);
            core.Elapse(now);
        }

        Assert.False(peer.Connection.WantsClose);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_peer_that_never_reads_loses_its_stream_when_it_is_given_up()
    {
        var time = new SteppedTime();
        await using var broker = new InMemoryBroker(time: time);
        Fill(broker, 20);
        var peer = await PipePeer.OpenAsync(broker, heartbeat: 1);
        await peer.SendAsync(1, new BasicConsume { Queue = "q", ConsumerTag = "t" });
        await broker.Queue("q").WaitForConsumersAsync();
        for (var i = 0; i < 8; i++)
        {
            time.Step(TimeSpan.FromSeconds(0.5));
        }

        var left = await peer.ReadToEndAsync();
        Assert.InRange(left, 0, 6_000_000);
        Assert.Equal(20, broker.Queue("q").Ready);
        Assert.Equal(0, broker.ConnectionCount);
    }

    private static void Fill(InMemoryBroker broker, int messages) => broker.Control(core =>
    {
        core.DeclareQueue("/", "q");
        for (var i = 0; i < messages; i++)
        {
            core.Publish("/", "", "q", BasicProperties.Empty, new byte[1_000_000]);
        }
    });
}
