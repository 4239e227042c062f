using System.Runtime.CompilerServices;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>What clients and operators can make grow: as far as with RabbitMQ, and no farther.</summary>
public class BoundsTests
{
    [Fact]
    public void A_message_may_have_as_many_headers_as_its_frame_holds()
    {
        var core = new BrokerCore();
        core.DeclareQueue("/", "q");
        var peer = BrokerPeer.Open(core, frameMax: 131072);
        var headers = new FieldTable(Enumerable.Range(0, 5000)
            .Select(static i => KeyValuePair.Create($"k{i}", FieldValue.Int32(i))));
        peer.Publish(1, "", "q", "m", BasicProperties.Empty with { Headers = headers });
        Assert.Empty(peer.Take());
        Assert.Equal(headers, core.TakeMessage("/", "q")!.Properties.Headers);
    }

    [Fact]
    public void Tables_may_nest_deep_in_headers_arguments_and_client_properties()
    {
        var table = FieldTable.Create(("x", 1));
        for (var i = 0; i < 99; i++)
        {
            table = FieldTable.Create(("n", table));
        }

        var core = new BrokerCore();
        core.DeclareQueue("/", "q");
        core.SetTracing("/", true);
        core.DeclareQueue("/", "traces");
        core.Bind(new BindingInfo("/", "amq.rabbitmq.trace", "traces", true, "#", FieldTable.Empty));
        var peer = new BrokerPeer(core, MonoTime.Zero);
        peer.SendRaw(FrameWriter.ProtocolHeader.ToArray());
        peer.Send(
            0,
            BrokerPeer.StartOk("guest") with { ClientProperties = table },
            new ConnectionTuneOk { ChannelMax = 2047, FrameMax = 131072 },
            new ConnectionOpen { VirtualHost = "/" });
        peer.Send(1, new ChannelOpen(), new QueueDeclare { Queue = "deep", Arguments = table });
        peer.Publish(1, "", "q", "m", BasicProperties.Empty with { Headers = table });
        Assert.Equal("queue.declare-ok", peer.Take()[^1]);
        Assert.Equal(table, core.TakeMessage("/", "q")!.Properties.Headers);
        Assert.Equal(1, core.FindQueue("/", "traces")!.Ready);
    }

    [Theory]
    [InlineData("^(a+)+$", false)]
    [InlineData("^(?!amq\\.)(a+)+$", false)]
    [InlineData("^(?!amq\\.)", true)]
    [InlineData("!$", true)]
    public void A_pattern_answers_whatever_it_is_made_of(string pattern, bool isMatch)
    {
        var name = new string('a', 40) + "!";
        var core = new BrokerCore();
        core.DeclareQueue("/", name);
        core.PutPolicy(new BrokerPolicy("/", "p", pattern, FieldTable.Create(("max-length", 1))));
        for (var i = 0; i < 3; i++)
        {
            core.Publish("/", "", name, BasicProperties.Empty, []);
        }

        Assert.Equal(isMatch ? 1 : 3, core.FindQueue("/", name)!.Ready);
    }

    [Fact]
    public void Deleted_queues_are_not_kept_for_the_end_of_their_lives()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        var kept = Enumerable.Range(0, 2000).Select(i => DeclareAndDelete(core, peer, i)).ToArray();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(kept.Count(static each => each.IsAlive), 0, 600);
        Assert.Empty(core.ListQueues());
    }

    [Fact]
    public void Queues_that_live_on_expire_in_their_order_whatever_was_deleted_between()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        for (var i = 0; i < 1000; i++)
        {
            var left = i % 10 == 0;
            peer.Send(1, new QueueDeclare
            {
                Queue = $"q{i}",
                Arguments = FieldTable.Create(("x-expires", 1_000_000 - (i * 100))),
            });
            if (!left)
            {
                peer.Send(1, new QueueDelete { Queue = $"q{i}" });
            }
        }

        for (var i = 990; i >= 0; i -= 10)
        {
            var due = MonoTime.Zero + TimeSpan.FromMilliseconds(1_000_000 - (i * 100));
            Assert.Equal(due, core.NextDeadline);
            core.Elapse(due);
            Assert.Null(core.FindQueue("/", $"q{i}"));
        }

        Assert.Equal(MonoTime.Never, core.NextDeadline);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference DeclareAndDelete(BrokerCore core, BrokerPeer peer, int number)
    {
        var arguments = FieldTable.Create(("x-expires", 2_000_000_000));
        core.DeclareQueue("/", $"q{number}", arguments: arguments);
        peer.Send(1, new QueueDeclare { Queue = $"q{number}", Passive = true });
        core.DeleteQueue("/", $"q{number}");
        return new WeakReference(arguments);
    }
}
