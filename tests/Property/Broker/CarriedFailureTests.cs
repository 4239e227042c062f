using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>
/// What a quorum queue's count of deliveries becomes when the message dies into the next queue, as measured on
/// RabbitMQ 4.0.
/// </summary>
public class CarriedFailureTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_reject_is_one_failure_whatever_was_returned_before(int returns)
    {
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "quorum");
        for (var i = 0; i < returns; i++)
        {
            peer.Send(1, new BasicNack { DeliveryTag = Get(peer, "a").Tag, Requeue = true });
        }

        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "a").Tag, Requeue = false });
        Assert.Equal((true, 1L), Seen(Get(peer, "b")));
    }

    [Fact]
    public void The_end_of_a_channel_is_a_failure_and_the_next_queues_own_count_replaces_them()
    {
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "quorum");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((i > 0, i > 0 ? (long?)i : null), Seen(Get(peer, "a")));
            Reopen(peer);
        }

        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "a").Tag, Requeue = false });
        var got = Get(peer, "b");
        Assert.Equal((true, 4L), Seen(got));
        peer.Send(1, new BasicNack { DeliveryTag = got.Tag, Requeue = true });
        got = Get(peer, "b");
        Assert.Equal((true, 1L), Seen(got));
        peer.Send(1, new BasicReject { DeliveryTag = got.Tag, Requeue = false });
        Assert.Equal((true, 5L), Seen(Get(peer, "a")));
    }

    [Fact]
    public void What_only_came_back_and_expired_is_as_new()
    {
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "quorum", ("x-message-ttl", 100));
        peer.Send(1, new BasicNack { DeliveryTag = Get(peer, "a").Tag, Requeue = true });
        peer.Core.Elapse(MonoTime.Zero + TimeSpan.FromMilliseconds(100));
        Assert.Equal((false, (long?)null), Seen(Get(peer, "b")));
    }

    [Theory]
    [InlineData("x-message-ttl")]
    [InlineData("x-max-length")]
    [InlineData("x-delivery-limit")]
    public void Failures_go_along_whatever_the_message_dies_of(string cause)
    {
        int value = cause == "x-delivery-limit" ? 0 : cause == "x-max-length" ? 1 : 100;
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "quorum", (cause, value));
        Get(peer, "a");
        Reopen(peer);
        if (cause == "x-max-length")
        {
            peer.Publish(1, "", "a", "2");
        }

        peer.Core.Elapse(MonoTime.Zero + TimeSpan.FromMilliseconds(100));
        Assert.Equal((true, 1L), Seen(Get(peer, "b")));
    }

    [Fact]
    public void A_limit_counts_only_what_came_back_to_its_own_queue()
    {
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "quorum", ("x-delivery-limit", 1));
        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "a").Tag, Requeue = false });
        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "b").Tag, Requeue = false });
        var got = Get(peer, "a");
        Assert.Equal((true, 2L), Seen(got));
        peer.Send(1, new BasicNack { DeliveryTag = got.Tag, Requeue = true });
        got = Get(peer, "a");
        Assert.Equal((true, 1L), Seen(got));
        peer.Send(1, new BasicNack { DeliveryTag = got.Tag, Requeue = true });
        Assert.Equal((true, 2L), Seen(Get(peer, "b")));
    }

    [Fact]
    public void A_classic_queue_shows_none_of_it_and_passes_it_on()
    {
        var peer = Open(BrokerProfile.RabbitMq40, "quorum", "classic");
        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "a").Tag, Requeue = false });
        var got = Get(peer, "b");
        Assert.Equal((false, (long?)null), Seen(got));
        peer.Send(1, new BasicReject { DeliveryTag = got.Tag, Requeue = false });
        Assert.Equal((true, 1L), Seen(Get(peer, "a")));
    }

    [Fact]
    public void The_last_death_names_the_exchange_of_that_time_and_its_entry_that_of_the_first()
    {
        var peer = BrokerPeer.Open(new BrokerCore(new BrokerOptions { Profile = BrokerProfile.RabbitMq40 }));
        Declare(peer, "a", "b", "classic", [("x-max-length", 0)]);
        Declare(peer, "b", "a", "quorum", []);
        peer.Send(1, new QueueBind { Queue = "a", Exchange = "amq.fanout" });
        peer.Publish(1, "amq.fanout", "", "1");
        for (var i = 0; i < 2; i++)
        {
            peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "b").Tag, Requeue = false });
        }

        Get(peer, "b");
        var headers = peer.LastProperties.Headers!;
        Assert.Equal("", headers["x-last-death-exchange"].AsString());
        Assert.Equal("amq.fanout", headers["x-death"].AsArray()[0].AsTable()["exchange"].AsString());
    }

    [Fact]
    public void Before_4_0_every_quorum_queue_counts_for_itself()
    {
        var peer = Open(BrokerProfile.RabbitMq310, "quorum", "quorum");
        peer.Send(1, new BasicReject { DeliveryTag = Get(peer, "a").Tag, Requeue = false });
        Assert.Equal((false, (long?)0), Seen(Get(peer, "b")));
    }

    /// <summary>Two queues, each the other's dead-letter queue, and one message in the first.</summary>
    private static BrokerPeer Open(
        BrokerProfile profile,
        string first,
        string second,
        params (string Key, FieldValue Value)[] arguments)
    {
        var peer = BrokerPeer.Open(new BrokerCore(new BrokerOptions { Profile = profile }));
        Declare(peer, "a", "b", first, arguments);
        Declare(peer, "b", "a", second, []);
        peer.Publish(1, "", "a", "1");
        peer.Take();
        return peer;
    }

    private static void Declare(
        BrokerPeer peer,
        string queue,
        string deadLetters,
        string type,
        (string Key, FieldValue Value)[] arguments) =>
        peer.Send(1, new QueueDeclare
        {
            Queue = queue,
            Durable = true,
            Arguments = FieldTable.Create([
                ("x-queue-type", type),
                ("x-dead-letter-exchange", ""),
                ("x-dead-letter-routing-key", deadLetters),
                .. arguments]),
        });

    private static void Reopen(BrokerPeer peer)
    {
        peer.Send(1, new ChannelClose { ReplyText = "" }, new ChannelOpen());
        peer.Take();
    }

    private static (ulong Tag, bool Redelivered, long? Count) Get(BrokerPeer peer, string queue)
    {
        peer.Send(1, new BasicGet { Queue = queue });
        peer.Take();
        var got = Assert.IsType<BasicGetOk>(peer.LastMethod);
        var headers = peer.LastProperties.Headers ?? FieldTable.Empty;
        var count = headers.TryGet("x-delivery-count", out var value) ? value.AsInt64() : (long?)null;
        return (got.DeliveryTag, got.Redelivered, count);
    }

    private static (bool Redelivered, long? Count) Seen((ulong Tag, bool Redelivered, long? Count) got) =>
        (got.Redelivered, got.Count);
}
