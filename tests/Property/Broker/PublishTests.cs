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
    public void What_dies_in_a_classic_queue_reaches_a_quorum_queue_before_the_publish_itself()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(
            1,
            new QueueDeclare
            {
                Queue = "full",
                Arguments = FieldTable.Create(
                    ("x-max-length", 0),
                    ("x-overflow", "reject-publish-dlx"),
                    ("x-dead-letter-exchange", ""),
                    ("x-dead-letter-routing-key", "quorum")),
            },
            new QueueDeclare
            {
                Queue = "quorum",
                Durable = true,
                Arguments = FieldTable.Create(("x-queue-type", "quorum")),
            });
        FieldValue copies = FieldValue.Array([FieldValue.LongString("full")]);
        peer.Publish(1, "", "quorum", "m", new BasicProperties { Headers = FieldTable.Create(("BCC", copies)) });
        peer.Send(1, new BasicGet { Queue = "quorum", NoAck = true });
        peer.Take();
        Assert.True(peer.LastProperties.Headers?.ContainsKey("x-death"));
        peer.Send(1, new BasicGet { Queue = "quorum", NoAck = true });
        peer.Take();
        Assert.False(peer.LastProperties.Headers?.ContainsKey("x-death") ?? false);
    }

    [Theory]
    [InlineData("quorum", "tx.commit-ok")]
    [InlineData("classic", "channel.close 406 PRECONDITION_FAILED - partial tx completion")]
    public void A_commit_hears_of_what_a_full_classic_queue_refused_and_of_no_quorum_queue(string type, string answer)
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare
        {
            Queue = "q",
            Durable = true,
            Arguments = FieldTable.Create(
                ("x-queue-type", type), ("x-max-length", 0), ("x-overflow", "reject-publish")),
        });
        peer.Publish(1, "", "q", "1");
        peer.Send(1, new TxSelect());
        peer.Publish(1, "", "q", "2");
        peer.Take();
        peer.Send(1, new TxCommit());
        Assert.Equal([answer], peer.Take());
    }

    [Fact]
    public void A_quorum_queue_knows_no_overflow_that_dead_letters_what_it_refuses()
    {
        var core = new BrokerCore();
        core.PutPolicy(new BrokerPolicy("/", "p", "q", FieldTable.Create(("overflow", "reject-publish-dlx"))));
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new ConfirmSelect(), new QueueDeclare
        {
            Queue = "q",
            Durable = true,
            Arguments = FieldTable.Create(("x-queue-type", "quorum"), ("x-max-length", 0)),
        });
        peer.Publish(1, "", "q", "1");
        peer.Take();
        peer.Publish(1, "", "q", "2");
        Assert.Equal(["ack 2"], peer.Take());
    }

    [Theory]
    [InlineData("quorum", "nack 2")]
    [InlineData("classic", "ack 2")]
    public void A_policy_decides_the_overflow_of_a_quorum_queue_and_the_argument_that_of_a_classic_one(
        string type,
        string third)
    {
        var core = new BrokerCore();
        core.PutPolicy(new BrokerPolicy("/", "p", "q", FieldTable.Create(("overflow", "reject-publish"))));
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new ConfirmSelect(), new QueueDeclare
        {
            Queue = "q",
            Durable = true,
            Arguments = FieldTable.Create(
                ("x-queue-type", type), ("x-max-length", 0), ("x-overflow", "drop-head")),
        });
        peer.Publish(1, "", "q", "1");
        peer.Take();
        peer.Publish(1, "", "q", "2");
        Assert.Equal([third], peer.Take());
    }

    [Theory]
    [InlineData("rabbitmq-3.10", "x.a", "x.b", null, "")]
    [InlineData("rabbitmq-3.10", "x.b", "x.a", "z", "403 ACCESS_REFUSED - access to topic 'x.b'")]
    [InlineData("rabbitmq-4.0", "x.a", "x.a", null, "")]
    [InlineData("rabbitmq-4.0", "x.a", "x.b", null, "403 ACCESS_REFUSED - write access to topic 'x.b'")]
    [InlineData("rabbitmq-4.0", "x.b", "x.a", null, "403 ACCESS_REFUSED - write access to topic 'x.b'")]
    [InlineData("rabbitmq-4.0", "x.b", "x.b", "z", "406 PRECONDITION_FAILED - invalid expiration 'z'")]
    public void Topic_permissions_hold_for_copies_where_releases_look_at_them(
        string profile,
        string key,
        string copy,
        string? expiration,
        string refusal)
    {
        var core = new BrokerCore(new BrokerOptions
        {
            Profile = BrokerProfile.All.Single(each => each.Name == profile),
        });
        core.SetTopicPermission(new TopicPermissionInfo("guest", "/", "amq.topic", "[.]a", ".*"));
        var peer = BrokerPeer.Open(core);
        FieldValue copies = FieldValue.Array([FieldValue.LongString(copy)]);
        peer.Publish(1, "amq.topic", key, "m", new BasicProperties
        {
            Expiration = expiration,
            Headers = FieldTable.Create(("CC", copies)),
        });
        var events = peer.Take();
        Assert.Equal(refusal.Length > 0 ? 1 : 0, events.Count);
        Assert.All(events, each => Assert.StartsWith($"channel.close {refusal}", each, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rabbitmq-3.10", "123")]
    [InlineData("rabbitmq-4.0", "213")]
    public void A_highest_priority_of_0_tells_none_apart_until_4_0_takes_it_for_1(string profile, string expected)
    {
        var peer = BrokerPeer.Open(new BrokerCore(new BrokerOptions
        {
            Profile = BrokerProfile.All.Single(each => each.Name == profile),
        }));
        peer.Send(1, new QueueDeclare { Queue = "q", Arguments = FieldTable.Create(("x-max-priority", 0)) });
        peer.Publish(1, "", "q", "1");
        peer.Publish(1, "", "q", "2", new BasicProperties { Priority = 5 });
        peer.Publish(1, "", "q", "3");
        peer.Take();
        peer.Send(1, new BasicConsume { Queue = "q", NoAck = true });
        Assert.Equal(expected, string.Concat(peer.Take().Where(static each => each.Length == 1)));
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
