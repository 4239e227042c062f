using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>The order in which a quorum queue with two priorities hands out, as measured on RabbitMQ 4.0.</summary>
public class QuorumPriorityTests
{
    private readonly BrokerCore _core = new(new BrokerOptions { Profile = BrokerProfile.RabbitMq40 });
    private ulong _tags;
    private ulong _held;
    private MonoTime _now;

    /// <summary>
    /// A word is a publish ("h…" of high priority, with "e" at its end one that expires), g gets and acknowledges,
    /// k gets and keeps, r gives back what was kept, x ends the channel, p purges, w lets time pass.
    /// </summary>
    [Theory]
    [InlineData("l1 g l2 h1 h2 h3 l3 g g g g g g", "l1 h1 l2 h2 h3 l3 -")]
    [InlineData("l1 l2 g g l3 h1 h2 h3 l4 g g g g g", "l1 l2 l3 h1 h2 h3 l4")]
    [InlineData("l1 l2 l3 g g g l4 h1 h2 h3 l5 g g g g g", "l1 l2 l3 h1 h2 l4 h3 l5")]
    [InlineData("h1 h2 g g h3 l1 h4 g g g", "h1 h2 h3 h4 l1")]
    [InlineData("h1 h2 h3 g g g h4 l1 h5 l2 g g g g", "h1 h2 h3 h4 h5 l1 l2")]
    [InlineData("h1 g l1 h2 h3 g g g", "h1 h2 l1 h3")]
    [InlineData("h1 g g l1 h2 h3 g g g", "h1 - h2 l1 h3")]
    [InlineData("l1 h1 h2 h3 l2 k r g g g g g", "(h1) h1 h2 l1 h3 l2")]
    [InlineData("l1 h1 h2 k k x g g g", "(h1) (h2) h1 h2 l1")]
    [InlineData("h1 h2 l1 h3 k r k r k r g g g g", "(h1) (h1) (h1) h1 h2 l1 h3")]
    [InlineData("h1 h2 h3 g g l0 h4 h5 h6 h7 h8 l3 g g g g g g g g", "h1 h2 h3 h4 h5 l0 h6 h7 h8 l3")]
    [InlineData("h1 h2 h3 h4 l1 l2 l3 g g g g g g g", "h1 h2 h3 h4 l1 l2 l3")]
    [InlineData("h1 h2 l1 p l1 h1 h2 h3 g g g g", "h1 h2 l1 h3")]
    [InlineData("h1 g p l1 h2 h3 h4 g g g g", "h1 h2 h3 l1 h4")]
    [InlineData("l1 h1e h2 h3e w g g g", "h2 l1 -")]
    [InlineData("l1e h1 h2 h3e w g g g", "h1 h2 -")]
    [InlineData("h1 l1e h2 w g g g", "h1 h2 -")]
    [InlineData("h1 h2 l1e w h3 g g g", "h1 h2 h3")]
    public void Every_third_message_is_the_older_of_both_kinds(string program, string expected) =>
        Assert.Equal(expected, Run(program));

    [Theory]
    [InlineData(3, "l1 h1 h2 l2 l3 h3 g g g g", "h3 l2 l3 -")]
    [InlineData(2, "l1 l2 h1 h2 g g g g", "l1 l2 - -")]
    [InlineData(2, "h1 l1 l2 h2 h3 g g g g", "h3 l2 - -")]
    [InlineData(2, "l1 l2 l3 l4 l5 h1 h2 g g g g", "l4 l5 - -")]
    public void What_is_dropped_takes_its_turn_too(int maxLength, string program, string expected) =>
        Assert.Equal(expected, Run(program, ("x-max-length", maxLength)));

    [Fact]
    public void Later_releases_hand_out_the_high_ones_first()
    {
        var peer = Open(new BrokerCore(new BrokerOptions { Profile = BrokerProfile.RabbitMq43 }));
        foreach (var body in "h1 h2 l1 h3 l2".Split(' '))
        {
            Publish(peer, body);
        }

        peer.Send(1, new BasicConsume { Queue = "q", NoAck = true });
        Assert.Equal(["h1", "h2", "h3", "l1", "l2"], Bodies(peer));
    }

    [Fact]
    public void Consumers_are_served_in_that_order_and_what_passes_through_counts()
    {
        var peer = Open();
        foreach (var body in "l1 h1 l2 h2 h3 h4 l3".Split(' '))
        {
            Publish(peer, body);
        }

        peer.Send(1, new BasicConsume { Queue = "q", ConsumerTag = "t", NoAck = true });
        Assert.Equal(["h1", "h2", "l1", "h3", "h4", "l2", "l3"], Bodies(peer));
        Publish(peer, "l4");
        peer.Send(1, new BasicCancel { ConsumerTag = "t" });
        foreach (var body in "l5 h5 h6".Split(' '))
        {
            Publish(peer, body);
        }

        peer.Take();
        peer.Send(1, new BasicConsume { Queue = "q", NoAck = true });
        Assert.Equal(["l5", "h5", "h6"], Bodies(peer));
    }

    [Theory]
    [InlineData("classic", false, 0)]
    [InlineData("classic", true, 0)]
    [InlineData("quorum", false, 1)]
    [InlineData("quorum", true, 0)]
    public void A_get_counts_what_expires_behind_it_in_a_quorum_queue_alone(string type, bool noAck, uint left)
    {
        var peer = BrokerPeer.Open(_core);
        var arguments = FieldTable.Create(("x-queue-type", type));
        peer.Send(1, new QueueDeclare { Queue = "q", Durable = true, Arguments = arguments });
        peer.Publish(1, "", "q", "1");
        peer.Publish(1, "", "q", "2", new BasicProperties { Expiration = "0" });
        peer.Take();
        peer.Send(1, new BasicGet { Queue = "q", NoAck = noAck });
        peer.Take();
        Assert.Equal(left, Assert.IsType<BasicGetOk>(peer.LastMethod).MessageCount);
        peer.Send(1, new BasicGet { Queue = "q", NoAck = true });
        Assert.Equal(["basic.get-empty"], peer.Take());
    }

    private static IEnumerable<string> Bodies(BrokerPeer peer) => peer.Take().Where(static each => each.Length == 2);

    private BrokerPeer Open(params (string Key, FieldValue Value)[] arguments) => Open(_core, arguments);

    private static BrokerPeer Open(BrokerCore core, params (string Key, FieldValue Value)[] arguments)
    {
        var peer = BrokerPeer.Open(core, frameMax: 8192);
        peer.Send(1, new QueueDeclare
        {
            Queue = "q",
            Durable = true,
            Arguments = FieldTable.Create([("x-queue-type", "quorum"), .. arguments]),
        });
        peer.Take();
        return peer;
    }

    private static void Publish(BrokerPeer peer, string body) => peer.Publish(1, "", "q", body, new BasicProperties
    {
        Priority = body[0] == 'h' ? (byte)9 : null,
        Expiration = body[^1] == 'e' ? "150" : null,
    });

    private string Run(string program, params (string Key, FieldValue Value)[] arguments)
    {
        var peer = Open(arguments);
        List<string> got = [];
        foreach (var word in program.Split(' '))
        {
            switch (word)
            {
                case "g" or "k":
                    got.Add(Get(peer, isKept: word == "k"));
                    break;
                case "r":
                    peer.Send(1, new BasicNack { DeliveryTag = _held, Requeue = true });
                    break;
                case "x":
                    peer.Send(1, new ChannelClose { ReplyText = "" }, new ChannelOpen());
                    _tags = 0;
                    break;
                case "p":
                    peer.Send(1, new QueuePurge { Queue = "q" });
                    break;
                case "w":
                    _core.Elapse(_now += TimeSpan.FromMilliseconds(300));
                    break;
                default:
                    Publish(peer, word);
                    break;
            }
        }

        return string.Join(' ', got);
    }

    private string Get(BrokerPeer peer, bool isKept)
    {
        peer.Take();
        peer.Send(1, new BasicGet { Queue = "q" });
        var events = peer.Take();
        if (events[0] == "basic.get-empty")
        {
            return "-";
        }

        _held = ++_tags;
        if (isKept)
        {
            return $"({events[^1]})";
        }

        peer.Send(1, new BasicAck { DeliveryTag = _held });
        return events[^1];
    }
}
