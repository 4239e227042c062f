using System.Text;

namespace Amqp.GoldenCapture;

/// <summary>The sessions to record; each one shows a part of the protocol as RabbitMQ speaks it.</summary>
internal static partial class Scenarios
{
    private const int FrameMax = 4096; // the least there is, so that short bodies are split

    public static IReadOnlyList<(string Name, Action<Peer> Play)> All { get; } =
    [
        ("handshake", peer => Session(peer, () => { })),
        ("heartbeat", Heartbeat),
        ("topology", Topology),
        ("transactions", Transactions),
        ("properties", Properties),
        ("consume", Consume),
        ("confirms", Confirms),
        ("return", Return),
        ("consumer-cancel", ConsumerCancel),
        ("update-secret", UpdateSecret),
        ("channel-errors", ChannelErrors),
        ("error-not-implemented", peer => Fatal(peer, NotImplemented)),
        ("error-unexpected-frame", peer => Fatal(peer, UnexpectedFrame)),
        ("error-bad-frame-end", peer => Fatal(peer, BadFrameEnd)),
        ("refused-password", RefusedPassword),
        ("refused-virtual-host", RefusedVirtualHost),
        ("refused-version", RefusedVersion),
    ];

    /// <summary>Scenarios that want a hand from outside and so run only when they are named.</summary>
    public static IReadOnlyList<(string Name, Action<Peer> Play)> OnRequest { get; } = [("blocked", Blocked)];

    private static void Blocked(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        Console.WriteLine("raise the memory alarm, then press Enter");
        Console.ReadLine();
        peer.Send(1, "basic.publish", ("routing-key", "nowhere"));
        peer.Content(1, Body(1), FrameMax - 8);
        peer.Expect("connection.blocked");
        Console.WriteLine("clear the memory alarm within 20 seconds");
        peer.Expect("connection.unblocked");
    });

    private static void Heartbeat(Peer peer) => Session(
        peer,
        () =>
        {
            while (peer.ReadFrame()!.Type != 8)
            {
            }

            peer.Frame(new Amqp.Property.ReferenceCodec.RefFrame(8, 0, []));
        },
        heartbeatSeconds: 1);

    private static void UpdateSecret(Peer peer) => Session(peer, () =>
    {
        peer.Send(0, "connection.update-secret", ("new-secret", "guest"), ("reason", "rotation"));
        peer.Expect("connection.update-secret-ok");
    });

    private static void ChannelErrors(Peer peer) => Session(peer, () =>
    {
        OpenChannel(peer, 1);
        peer.Send(1, "queue.declare", ("queue", "no-such-queue"), ("passive", true));
        peer.Expect("channel.close");
        peer.Send(1, "channel.close-ok");
        OpenChannel(peer, 1);
        peer.Send(1, "exchange.declare", ("exchange", "amq.direct"), ("type", "fanout"), ("durable", true));
        peer.Expect("channel.close");
        peer.Send(1, "channel.close-ok");
        OpenChannel(peer, 1);
        peer.Send(1, "queue.declare", ("queue", "amq.reserved"));
        peer.Expect("channel.close");
        peer.Send(1, "channel.close-ok");
        OpenChannel(peer, 1);
        peer.Send(1, "basic.ack", ("delivery-tag", 7));
        peer.Expect("channel.close");
        peer.Send(1, "channel.close-ok");
    });

    private static void NotImplemented(Peer peer)
    {
        OpenChannel(peer, 1);
        peer.Send(1, "basic.publish", ("immediate", true));
        peer.Content(1, [], FrameMax - 8);
    }

    private static void UnexpectedFrame(Peer peer)
    {
        OpenChannel(peer, 1);
        peer.Send(1, "basic.publish");
        peer.Send(1, "basic.qos");
    }

    private static void BadFrameEnd(Peer peer)
    {
        byte[] bytes = [1, 0, 1, 0, 0, 0, 5, 0, 20, 0, 10, 0, 0x41];
        peer.Raw(bytes, "not a frame: channel.open that ends with 41");
    }

    private static void RefusedPassword(Peer peer)
    {
        Greet(peer, "wrong");
        peer.Expect("connection.close");
        peer.Send(0, "connection.close-ok");
    }

    private static void RefusedVirtualHost(Peer peer)
    {
        Greet(peer, "guest");
        Tune(peer, 0);
        peer.Send(0, "connection.open", ("virtual-host", "no-such-host"));
        peer.Expect("connection.close");
        peer.Send(0, "connection.close-ok");
    }

    private static void RefusedVersion(Peer peer)
    {
        peer.ProtocolHeader(0, 8, 0);
        peer.ExpectProtocolHeader();
    }

    private static void Session(Peer peer, Action body, int heartbeatSeconds = 0)
    {
        Open(peer, heartbeatSeconds);
        body();
        peer.Send(0, "connection.close", ("reply-code", 200), ("reply-text", "Goodbye"));
        peer.Expect("connection.close-ok");
    }

    private static void Fatal(Peer peer, Action<Peer> offend)
    {
        Open(peer, 0);
        offend(peer);
        peer.Expect("connection.close");
        peer.Send(0, "connection.close-ok");
    }

    private static void Open(Peer peer, int heartbeatSeconds)
    {
        Greet(peer, "guest");
        Tune(peer, heartbeatSeconds);
        peer.Send(0, "connection.open", ("virtual-host", "/"));
        peer.Expect("connection.open-ok");
    }

    private static void Greet(Peer peer, string password)
    {
        peer.ProtocolHeader(0, 9, 1);
        peer.Expect("connection.start");
        peer.Send(
            0,
            "connection.start-ok",
            ("client-properties", Tables.Client),
            ("mechanism", "PLAIN"),
            ("response", $"\0guest\0{password}"),
            ("locale", "en_US"));
    }

    private static void Tune(Peer peer, int heartbeatSeconds)
    {
        peer.Expect("connection.tune");
        peer.Send(
            0, "connection.tune-ok", ("channel-max", 2047), ("frame-max", FrameMax), ("heartbeat", heartbeatSeconds));
    }

    private static void OpenChannel(Peer peer, int channel)
    {
        peer.Send(channel, "channel.open");
        peer.Expect("channel.open-ok");
    }

    private static byte[] Body(int length) => Encoding.ASCII.GetBytes(new string('b', length));
}
