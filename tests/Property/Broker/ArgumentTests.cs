using System.Buffers;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>What arguments, policies and properties may say, as measured on RabbitMQ 3.10.</summary>
public class ArgumentTests
{
    private const string Lead = "channel.close 406 PRECONDITION_FAILED - invalid arg '";

    [Theory]
    [InlineData("quorum", "x-queue-leader-locator", "foo", "invalid_queue_locator_arg")]
    [InlineData("stream", "x-queue-leader-locator", "foo", "invalid_queue_locator_arg")]
    [InlineData("stream", "x-max-age", "1Q", "invalid_max_age")]
    [InlineData("stream", "x-max-age", "5", "invalid_max_age")]
    [InlineData("stream", "x-max-age", "0D", "invalid_max_age")]
    [InlineData("stream", "x-max-age", 5, "{unacceptable_type,signedint}")]
    [InlineData("quorum", "x-max-age", 5, null)]
    [InlineData("stream", "x-max-length", -1, null)]
    [InlineData("stream", "x-dead-letter-strategy", "foo", null)]
    [InlineData("stream", "x-quorum-initial-group-size", 0, null)]
    [InlineData("classic", "x-max-age", "1Q", null)]
    [InlineData("quorum", "x-max-priority", -1, null)]
    public void What_a_type_of_queue_does_not_know_is_refused_before_any_value_is_looked_at(
        string type, string key, object value, string? fault)
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, Declare(type, (key, value is int number ? number : (string)value)));
        var reason = fault is null ? $" of queue type rabbit_{type}_queue" : $": {fault}";
        Assert.Equal($"{Lead}{key}' for queue 'q' in vhost '/'{reason}", Assert.Single(peer.Take()));
    }

    [Theory]
    [InlineData("x-message-ttl", "x-expires")]
    [InlineData("x-expires", "x-message-ttl")]
    public void The_first_unknown_argument_is_the_one_that_is_named(string first, string second)
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, Declare("stream", (first, 5), (second, 5)));
        Assert.StartsWith($"{Lead}{first}'", Assert.Single(peer.Take()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classic", "x-stream-offset", "first", null)]
    [InlineData("quorum", "x-stream-offset", "first", null)]
    [InlineData("quorum", "x-cancel-on-ha-failover", 1, null)]
    [InlineData("stream", "x-cancel-on-ha-failover", 1, null)]
    [InlineData("stream", "x-priority", 1, null)]
    [InlineData("classic", "x-cancel-on-ha-failover", 1, "{unacceptable_type,signedint}")]
    [InlineData("quorum", "x-priority", "a", "\"expected integer, got longstr\"")]
    public void A_consumers_argument_has_to_fit_the_type_of_queue(string type, string key, object value, string? fault)
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, Declare(type), new BasicQos { PrefetchCount = 1 });
        peer.Take();
        peer.Send(1, new BasicConsume
        {
            Queue = "q",
            Arguments = FieldTable.Create((key, value is int number ? number : (string)value)),
        });
        var reason = fault is null ? $" of queue type rabbit_{type}_queue" : $": {fault}";
        Assert.Equal($"{Lead}{key}' for queue 'q' in vhost '/'{reason}", Assert.Single(peer.Take()));
    }

    [Theory]
    [InlineData("max-length", "a", "<<\"a\">> is not a valid maximum length")]
    [InlineData("message-ttl", -1, "-1 is not a valid message TTL")]
    [InlineData("expires", 0, "0 is not a valid queue expiry")]
    [InlineData("overflow", "x", "<<\"x\">> is not a valid overflow value")]
    [InlineData("dead-letter-exchange", 5, "5 is not a valid dead letter exchange name")]
    [InlineData("max-age", "1Q", "<<\"1Q\">> is not a valid max age")]
    public void A_policy_with_a_value_that_cannot_be_is_refused(string key, object value, string reason)
    {
        var core = new BrokerCore();
        var definition = FieldTable.Create((key, value is int number ? number : (string)value));
        var refused = Assert.Throws<BrokerControlException>(
            () => core.PutPolicy(new BrokerPolicy("/", "p", "q", definition)));
        Assert.Equal($"Validation failed\n\n{reason}\n", refused.Message);
        Assert.Empty(core.Policies);
    }

    [Fact]
    public void A_policys_longest_time_to_live_is_as_good_as_none()
    {
        var core = new BrokerCore();
        core.PutPolicy(new BrokerPolicy("/", "p", "q", FieldTable.Create(
            ("message-ttl", FieldValue.Int64(long.MaxValue)), ("expires", FieldValue.Int64(long.MaxValue)))));
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new QueueDeclare { Queue = "q" });
        peer.Publish(1, "", "q", "m");
        Assert.Equal(1, core.FindQueue("/", "q")!.Ready);
    }

    [Fact]
    public void A_property_that_is_no_utf8_is_handed_on_as_it_came()
    {
        // property flags: correlation-id and message-id; the octets of "é" in Latin-1, then a good text
        byte[] properties = [0x04, 0x80, 2, (byte)'a', 0xE9, 2, 0xC3, 0xA9];
        var core = new BrokerCore();
        core.DeclareQueue("/", "q");
        var peer = BrokerPeer.Open(core);
        var bytes = new ArrayBufferWriter<byte>();
        FrameWriter.WriteMethod(bytes, 1, new BasicPublish { RoutingKey = "q" });
        bytes.Write<byte>([2, 0, 1, 0, 0, 0, (byte)(12 + properties.Length), 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.Write(properties);
        bytes.Write<byte>([0xCE]);
        peer.SendRaw(bytes.WrittenSpan.ToArray());
        Assert.Equal("a?", core.BrowseQueue("/", "q")[0].Properties.CorrelationId);
        Assert.Equal("é", core.BrowseQueue("/", "q")[0].Properties.MessageId);
        peer.Send(1, new BasicGet { Queue = "q", NoAck = true });
        Assert.True(peer.Output.Span.EndsWith((byte[])[.. properties, 0xCE]));
    }

    private static QueueDeclare Declare(string type, params (string Key, FieldValue Value)[] arguments) => new()
    {
        Queue = "q",
        Durable = true,
        Arguments = FieldTable.Create([("x-queue-type", type), .. arguments]),
    };
}
