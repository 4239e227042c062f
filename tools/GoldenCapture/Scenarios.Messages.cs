using System.Text;

namespace Amqp.GoldenCapture;

/// <summary>Scenarios of exchanges, queues and messages.</summary>
internal static partial class Scenarios
{
    private static void Topology(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        DeclareTopic(peer, "golden.a");
        Call(peer, "exchange.declare", ("exchange", "golden.b"), ("type", "fanout"), ("internal", true));
        Call(peer, "exchange.bind", ("destination", "golden.b"), ("source", "golden.a"), ("routing-key", "#"));
        Call(peer, "exchange.unbind", ("destination", "golden.b"), ("source", "golden.a"), ("routing-key", "#"));
        Call(peer, "queue.declare", ("queue", "golden.q"), ("exclusive", true), ("arguments", QueueArguments));
        Call(peer, "queue.declare", ("queue", "golden.q"), ("passive", true));
        Call(peer, "queue.bind", ("queue", "golden.q"), ("exchange", "golden.a"), ("routing-key", "k.*"));
        Call(peer, "queue.unbind", ("queue", "golden.q"), ("exchange", "golden.a"), ("routing-key", "k.*"));
        Call(peer, "queue.purge", ("queue", "golden.q"));
        Call(peer, "queue.delete", ("queue", "golden.q"), ("if-unused", true), ("if-empty", true));
        Call(peer, "exchange.delete", ("exchange", "golden.b"));
        Call(peer, "exchange.delete", ("exchange", "golden.a"), ("if-unused", true));
        peer.Send(1, "channel.flow", ("active", true));
        peer.Expect("channel.flow-ok");
        peer.Send(1, "channel.close", ("reply-code", 200), ("reply-text", "done"));
        peer.Expect("channel.close-ok");
    });

    private static Amqp.Property.ReferenceCodec.RefEntry[] QueueArguments { get; } =
    [
        Tables.Entry("x-max-length", Tables.Int(1000)),
        Tables.Entry("x-message-ttl", Tables.Int(60000)),
        Tables.Entry("x-dead-letter-exchange", Tables.Text("")),
    ];

    private static void Transactions(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "tx.select");
        Call(peer, "queue.declare", ("queue", "golden.tx"), ("exclusive", true));
        peer.Send(1, "basic.publish", ("routing-key", "golden.tx"));
        peer.Content(1, Body(3), FrameMax - 8);
        Call(peer, "tx.rollback");
        Call(peer, "tx.commit");
    });

    private static void Properties(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "queue.declare", ("queue", "golden.p"), ("exclusive", true));
        peer.Send(1, "basic.publish", ("routing-key", "golden.p"));
        peer.Content(
            1,
            Encoding.UTF8.GetBytes("grüße"),
            FrameMax - 8,
            ("content-type", "text/plain"),
            ("content-encoding", "identity"),
            ("headers", Tables.EveryType),
            ("delivery-mode", 2),
            ("priority", 255),
            ("correlation-id", "correlation"),
            ("reply-to", "somewhere"),
            ("expiration", "60000"),
            ("message-id", "message"),
            ("timestamp", 1_700_000_000),
            ("type", "kind"),
            ("user-id", "guest"),
            ("app-id", "golden"),
            ("cluster-id", "cluster"));
        peer.Send(1, "basic.get", ("queue", "golden.p"), ("no-ack", true));
        peer.ExpectContent("basic.get-ok");
        peer.Send(1, "basic.publish", ("routing-key", "golden.p"));
        peer.Content(1, [], FrameMax - 8);
        peer.Send(1, "basic.get", ("queue", "golden.p"), ("no-ack", true));
        peer.ExpectContent("basic.get-ok");
        peer.Send(1, "basic.get", ("queue", "golden.p"), ("no-ack", true));
        peer.Expect("basic.get-empty");
    });

    private static void Consume(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "queue.declare", ("queue", "golden.c"), ("exclusive", true));
        Call(peer, "basic.qos", ("prefetch-count", 10));
        int[] sizes = [0, 1, FrameMax - 9, FrameMax - 8, FrameMax - 7];
        foreach (int size in sizes)
        {
            peer.Send(1, "basic.publish", ("routing-key", "golden.c"));
            peer.Content(1, Body(size), FrameMax - 8, ("delivery-mode", 1));
        }

        peer.Send(1, "basic.consume", ("queue", "golden.c"), ("consumer-tag", "ctag"), ("exclusive", true));
        peer.Expect("basic.consume-ok");
        foreach (int _ in sizes)
        {
            peer.ExpectContent("basic.deliver");
        }

        peer.Send(1, "basic.ack", ("delivery-tag", 2), ("multiple", true));
        peer.Send(1, "basic.reject", ("delivery-tag", 3));
        peer.Send(1, "basic.nack", ("delivery-tag", 4));
        peer.Send(1, "basic.nack", ("delivery-tag", 5), ("requeue", true));
        peer.ExpectContent("basic.deliver");
        peer.Send(1, "basic.recover", ("requeue", true));
        peer.Expect("basic.recover-ok");
        peer.Send(1, "basic.cancel", ("consumer-tag", "ctag"));
        peer.Expect("basic.cancel-ok");
    });

    private static void Confirms(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "confirm.select");
        Call(peer, "queue.declare", ("queue", "golden.n"), ("exclusive", true), ("arguments", new[]
        {
            Tables.Entry("x-max-length", Tables.Int(1)),
            Tables.Entry("x-overflow", Tables.Text("reject-publish")),
        }));
        peer.Send(1, "basic.publish", ("routing-key", "golden.n"));
        peer.Content(1, Body(1), FrameMax - 8);
        peer.Expect("basic.ack");
        peer.Send(1, "basic.publish", ("routing-key", "golden.n"));
        peer.Content(1, Body(2), FrameMax - 8);
        peer.Expect("basic.nack");
    });

    private static void Return(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "confirm.select");
        peer.Send(1, "basic.publish", ("routing-key", "nowhere"), ("mandatory", true));
        peer.Content(1, Body(2), FrameMax - 8, ("message-id", "lost"));
        peer.ExpectContent("basic.return");
        peer.Expect("basic.ack");
    });

    private static void ConsumerCancel(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Call(peer, "queue.declare", ("queue", "golden.x"), ("exclusive", true));
        Call(peer, "basic.consume", ("queue", "golden.x"), ("no-ack", true));
        OpenChannel(peer, 2);
        peer.Send(2, "queue.delete", ("queue", "golden.x"));
        peer.ExpectBoth("basic.cancel", "queue.delete-ok");
    });

    private static void DeclareTopic(Peer peer, string exchange) => Call(
        peer,
        "exchange.declare",
        ("exchange", exchange),
        ("type", "topic"),
        ("durable", true),
        ("arguments", new[] { Tables.Entry("alternate-exchange", Tables.Text("amq.fanout")) }));

    private static void Call(Peer peer, string method, params (string Name, object Value)[] args)
    {
        peer.Send(1, method, args);
        peer.Expect(method + "-ok");
    }
}
