using System.Buffers;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Simulation.Links;
using Amqp.Simulation.Peers;

namespace Amqp.Fuzz;

/// <summary>
/// The client's receive path. The first octet of an input says how far the session has come, the second how its bytes
/// are cut into reads; the rest is what the broker sends.
/// </summary>
internal static class ReceiveTarget
{
    private const int Stages = 4;

    public static void Run(byte[] input)
    {
        if (input.Length < 2)
        {
            return;
        }

        byte[] bytes = input[2..];
        ScriptedPeer whole = At(input[0] % Stages);
        ScriptedPeer cut = At(input[0] % Stages);
        int before = whole.Events.Count;
        cut.Chunking = Chunking.FixedSize(1 + input[1]);
        Law.Bounded(2 * bytes.LongLength, () =>
        {
            whole.Feed(bytes);
            cut.Feed(bytes);
        });
        Check(whole, before);
        Law.Holds(whole.Events.SequenceEqual(cut.Events), "A1 the cut into reads shows in the events");
        Law.Holds(whole.Sent.Span.SequenceEqual(cut.Sent.Span), "A1 the cut into reads shows in what is sent");

        // Whatever state it is in now, its owner can end it, and only once.
        whole.FeedEnd(StreamEnd.Reset);
        Check(whole, before);
        Law.Holds(whole.End is not null, "B5 the session outlives its stream");
    }

    public static IEnumerable<(string Title, byte[] Bytes)> Seeds()
    {
        yield return ("handshake", [0, 0, .. Frames(
            (0, new ConnectionStart { VersionMajor = 0, VersionMinor = 9 }),
            (0, new ConnectionTune { ChannelMax = 10, FrameMax = 8192, Heartbeat = 10 }),
            (0, new ConnectionOpenOk()))]);
        yield return ("other-version", [0, 3, .. "AMQP\0\0\u0009\u0001"u8]);
        yield return ("delivery", [1, 7, .. Content(1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 }, 10)]);
        yield return ("return", [1, 0, .. Content(1, new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE" }, 4)]);
        yield return ("get", [1, 1, .. Content(2, new BasicGetOk { DeliveryTag = 1, MessageCount = 3 }, 5000)]);
        yield return ("confirms", [1, 0, .. Frames(
            (1, new BasicAck { DeliveryTag = 2, Multiple = true }), (1, new BasicNack { DeliveryTag = 4 }))]);
        yield return ("replies", [1, 0, .. Frames(
            (1, new QueueDeclareOk { Queue = "q" }), (2, new BasicGetEmpty()), (3, new ChannelCloseOk()))]);
        yield return ("flow", [1, 0, .. Frames(
            (1, new ChannelFlow { Active = false }), (0, new ConnectionBlocked { Reason = "memory" }),
            (0, new ConnectionUnblocked()), (1, new ChannelFlow { Active = true }))]);
        yield return ("cancel", [1, 0, .. Frames((1, new BasicCancel { ConsumerTag = "c", NoWait = true }))]);
        yield return ("channel-close", [1, 0, .. Frames(
            (1, new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND", ClassId = 60, MethodId = 40 }))]);
        yield return ("connection-close", [1, 0, .. Frames(
            (0, new ConnectionClose { ReplyCode = 320, ReplyText = "CONNECTION_FORCED" }))]);
        yield return ("heartbeats", [1, 0, 8, 0, 0, 0, 0, 0, 0, 0xCE, 8, 0, 0, 0, 0, 0, 0, 0xCE]);
        yield return ("closing", [2, 0, .. Frames((0, new ConnectionCloseOk()))]);
        yield return ("crossing", [2, 0, .. Frames((0, new ConnectionClose { ReplyCode = 200, ReplyText = "bye" }))]);
        yield return ("inside", [3, 0, 3, 0, 1, 0, 0, 0, 4, 1, 2, 3, 4, 0xCE]);
    }

    // 0 before the handshake, 1 with channels in use, 2 closing, 3 inside a message's content.
    private static ScriptedPeer At(int stage)
    {
        var peer = new ScriptedPeer(new SessionOptions { FrameMax = 8192 });
        if (stage == 0)
        {
            return peer.Start();
        }

        peer.Handshake();
        ushort first = peer.OpenChannel();
        peer.Call(first, new ConfirmSelect());
        peer.Feed(Frames((first, new ConfirmSelectOk())));
        peer.Call(first, new BasicConsume { Queue = "q", ConsumerTag = "c" });
        peer.Feed(Frames((first, new BasicConsumeOk { ConsumerTag = "c" })));
        for (int i = 0; i < 6; i++)
        {
            peer.Session.Publish(first, "", "k", i % 2 == 0, BasicProperties.Empty, "body"u8, out _);
        }

        peer.Call(first, new QueueDeclare { Queue = "q" });
        peer.Call(peer.OpenChannel(), new BasicGet { Queue = "q" });
        ushort third = peer.OpenChannel();
        peer.Session.CloseChannel(third, ReplyCode.Success, "bye", out _);
        peer.Drain();
        if (stage == 2)
        {
            peer.Session.Close(ReplyCode.Success, "bye", peer.Now);
            peer.Drain();
        }
        else if (stage == 3)
        {
            peer.Feed(Content(first, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 }, 20)[..^21]);
        }

        return peer;
    }

    private static void Check(ScriptedPeer peer, int before)
    {
        int ends = 0;
        var done = new HashSet<ulong>();
        for (int i = 0; i < peer.Events.Count; i++)
        {
            EventRecord e = peer.Events[i];
            Law.Holds(ends == 0, "B5 an event after the last one");
            ends += e.Kind == EventKind.SessionClosed ? 1 : 0;
            if (e.Kind is EventKind.CallCompleted or EventKind.CallFailed)
            {
                Law.Holds(done.Add(e.Request.Value), "B6 a call completed twice");
            }
        }

        Law.Holds(peer.Events.Count >= before, "events were lost");
        Law.Holds((ends == 1) == (peer.Session.State == ConnectionState.Closed), "B5 no event tells of the end");
        Law.Holds(peer.Session.Describe().ToString().Length > 0, "I5 it cannot be described");
    }

    private static byte[] Frames(params (ushort Channel, AmqpMethod Method)[] methods)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach ((ushort channel, AmqpMethod method) in methods)
        {
            FrameWriter.WriteMethod(output, channel, method);
        }

        return output.WrittenSpan.ToArray();
    }

    private static byte[] Content(ushort channel, AmqpMethod method, int size)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.WriteMethod(output, channel, method);
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            Headers = FieldTable.Empty.With("n", 1).With("s", FieldValue.LongString("text")),
        };
        FrameWriter.WriteHeader(output, channel, properties, (ulong)size);
        FrameWriter.WriteBody(output, channel, new byte[size], 8192);
        return output.WrittenSpan.ToArray();
    }
}
