using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Returns, confirms, the memory alarm and refused publishes.</summary>
public class PublishTests
{
    [Fact]
    public void A_return_precedes_its_confirm()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new ConfirmSelect());
        peer.Take();
        peer.Publish(1, "", "nowhere", "m", mandatory: true);
        Assert.Equal(["basic.return", "m", "ack 1"], peer.Take());
    }

    [Fact]
    public void Publishes_of_one_input_are_confirmed_together()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new ConfirmSelect());
        peer.Take();
        peer.SendRaw([.. Enumerable.Range(0, 3).SelectMany(_ => BrokerPeer.PublishBytes(1, "", "q", "m"))]);
        Assert.Equal(["ack 3 multiple"], peer.Take());
        peer.Publish(1, "", "q", "m");
        Assert.Equal(["ack 4"], peer.Take());
    }

    [Fact]
    public void A_classic_queue_hands_its_copy_out_before_a_quorum_queue_that_was_routed_to_first()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(
            1,
            new QueueDeclare
            {
                Queue = "quorum",
                Durable = true,
                Arguments = FieldTable.Create(("x-queue-type", "quorum")),
            },
            new QueueDeclare { Queue = "classic" },
            new BasicConsume { Queue = "quorum", ConsumerTag = "a" },
            new BasicConsume { Queue = "classic", ConsumerTag = "b" });
        peer.Take();
        FieldValue copies = FieldValue.Array([FieldValue.LongString("classic")]);
        peer.Publish(1, "", "quorum", "m", new BasicProperties { Headers = FieldTable.Create(("CC", copies)) });
        Assert.Equal(["deliver b 1", "m", "deliver a 2", "m"], peer.Take());
    }

    [Fact]
    public void The_memory_alarm_stops_a_publisher_until_it_is_over()
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new QueueDeclare { Queue = "q" });
        peer.Take();
        core.SetMemoryAlarm(true);
        var publish = BrokerPeer.PublishBytes(1, "", "q", "m");
        peer.SendRaw(publish);
        Assert.True(peer.Connection.IsReadSuspended);
        Assert.Equal(["connection.blocked"], peer.Take());

        core.SetMemoryAlarm(false);
        Assert.False(peer.Connection.IsReadSuspended);
        List<BrokerConnection> dirty = [];
        Assert.Equal(1, core.DrainDirty(dirty));
        peer.SendRaw(publish[^9..]);
        peer.Send(1, new BasicGet { Queue = "q", NoAck = true });
        Assert.Equal(["connection.unblocked", "get", "m"], peer.Take());
    }

    [Fact]
    public void A_missing_exchange_closes_the_channel_and_what_follows_is_ignored()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Publish(1, "nope", "k", "m");
        peer.Publish(1, "nope", "k", "m");
        Assert.Equal(["channel.close 404 NOT_FOUND - no exchange 'nope' in vhost '/'"], peer.Take());
        peer.Send(1, new ChannelCloseOk());
        peer.Send(1, new ChannelOpen());
        Assert.Equal(["channel.open-ok"], peer.Take());
    }

    [Fact]
    public void A_reply_text_fits_a_short_string_however_long_the_name()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Publish(1, new string('\u00e9', 127), "k", "m");
        var text = Assert.Single(peer.Take());
        Assert.EndsWith("...", text, StringComparison.Ordinal);
    }
}
