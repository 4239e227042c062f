using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Direct replies: who gets them, and how they are noted.</summary>
public class ReplyTests
{
    private const string ReplyQueue = "amq.rabbitmq.reply-to";

    private readonly BrokerCore _core = new();

    [Fact]
    public void An_address_dies_with_its_consumer_and_never_reaches_the_next_one()
    {
        var (client, server) = Peers();
        var old = Ask(client, "a");
        client.Take();
        Reply(server, old, "first");
        Assert.Equal(["deliver a 1", "first"], client.Take());
        server.Take();

        client.Send(1, new BasicCancel { ConsumerTag = "a" });
        var next = Ask(client, "b");
        Assert.NotEqual(old, next);
        client.Take();
        Reply(server, old, "late");
        Assert.Empty(client.Take());
        Assert.Equal(["basic.return", "late"], server.Take());

        client.Send(1, new ChannelClose { ReplyText = "" });
        client.Send(1, new ChannelOpen());
        var last = Ask(client, "c");
        client.Take();
        Reply(server, next, "too late");
        Assert.Empty(client.Take());
        Reply(server, last, "in time");
        Assert.Equal(["deliver c 1", "in time"], client.Take());
    }

    [Fact]
    public void A_reply_shows_the_next_delivery_tag_and_does_not_use_it_up()
    {
        var (client, server) = Peers();
        client.Send(1, new BasicConsume { Queue = "q", ConsumerTag = "o", NoAck = true });
        var address = Ask(client, "r");
        client.Take();
        server.Publish(1, "", "q", "one");
        Reply(server, address, "two");
        Reply(server, address, "three");
        server.Publish(1, "", "q", "four");
        Assert.Equal(
            ["deliver o 1", "one", "deliver r 2", "two", "deliver r 2", "three", "deliver o 2", "four"],
            client.Take());
    }

    [Fact]
    public void Copies_reach_a_reply_consumer_once_beside_the_queues()
    {
        var (client, server) = Peers();
        var address = Ask(client, "r");
        client.Take();
        var copies = FieldTable.Create(("CC", FieldValue.Array([address, address])));
        server.Publish(1, "", "q", "both", BasicProperties.Empty with { Headers = copies });
        Assert.Equal(["deliver r 1", "both"], client.Take());
        Assert.Equal(1, _core.FindQueue("/", "q")!.Ready);
    }

    [Fact]
    public async Task The_journal_says_where_replies_and_committed_publishes_went()
    {
        await using var broker = new InMemoryBroker();
        broker.Control(static core => core.DeclareQueue("/", "q"));
        var peer = await PipePeer.OpenAsync(broker);
        await peer.SendAsync(1, new TxSelect());
        await peer.SendRawAsync(BrokerPeer.PublishBytes(1, "", "q", "rolled back"));
        await peer.SendAsync(1, new TxRollback());
        await peer.SendRawAsync(BrokerPeer.PublishBytes(1, "", "q", "committed"));
        await peer.SendRawAsync(BrokerPeer.PublishBytes(1, "", "nowhere", "lost", mandatory: true));
        await peer.SendAsync(1, new TxCommit());
        Assert.Contains(MethodId.BasicReturn, await peer.ReadUntilAsync(MethodId.TxCommitOk));

        await peer.SendAsync(2, new ChannelOpen());
        await peer.SendAsync(2, new BasicConsume { Queue = ReplyQueue, ConsumerTag = "r", NoAck = true });
        var asking = BasicProperties.Empty with { ReplyTo = ReplyQueue };
        await peer.SendRawAsync(BrokerPeer.PublishBytes(2, "", "q", "request", properties: asking));
        var messages = await broker.Queue("q").WaitForMessagesAsync(2);
        await peer.SendRawAsync(BrokerPeer.PublishBytes(2, "", messages[1].Properties.ReplyTo!, "reply"));
        await peer.ReadUntilAsync(MethodId.BasicDeliver);

        Assert.Equal(["committed", "lost", "request", "reply"], broker.Published.Select(static each => each.Text));
        Assert.Equal(["lost"], broker.Unroutable.Select(static each => each.Text));
        Assert.Equal(ReplyQueue, Assert.Single(broker.Published[^1].Queues));
    }

    [Fact]
    public void A_return_that_was_asked_for_hits_a_committed_publish()
    {
        var (peer, _) = Peers();
        _core.Inject(new FakeBroker.Faults.ReturnPublishes(1), Engine.Base.MonoTime.Zero);
        peer.Send(1, new TxSelect());
        peer.Publish(1, "", "q", "one", mandatory: true);
        peer.Publish(1, "", "q", "two", mandatory: true);
        peer.Take();
        peer.Send(1, new TxCommit());
        Assert.Equal(["basic.return", "one", "tx.commit-ok"], peer.Take());
        Assert.Equal(1, _core.FindQueue("/", "q")!.Ready);
    }

    private (BrokerPeer Client, BrokerPeer Server) Peers()
    {
        _core.DeclareQueue("/", "rpc");
        _core.DeclareQueue("/", "q");
        return (BrokerPeer.Open(_core), BrokerPeer.Open(_core));
    }

    /// <summary>Consumes replies, sends a request, and returns the address it carries.</summary>
    private string Ask(BrokerPeer client, string tag)
    {
        client.Send(1, new BasicConsume { Queue = ReplyQueue, ConsumerTag = tag, NoAck = true });
        client.Publish(1, "", "rpc", "x", BasicProperties.Empty with { ReplyTo = ReplyQueue });
        return _core.TakeMessage("/", "rpc")!.Properties.ReplyTo!;
    }

    private static void Reply(BrokerPeer server, string address, string body) =>
        server.Publish(1, "", address, body, mandatory: true);
}
