using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>I6: publishing, confirming, receiving and acknowledging allocate nothing for each message.</summary>
[Collection(QuietCollection.Name)]
public sealed class AllocationProperties
{
    private const int Messages = 50;

    [Fact]
    public void I6_Publishing_and_confirming_take_no_byte_of_the_heap()
    {
        var seen = new Distribution("several frames", "multiple", "mandatory", "body in pieces");
        Props.ForAll(
            "I6.publish",
            Gens.From(draw => (
                Size: draw.Pick(0, 1, 100, 4088, 4089, 20_000),
                Mandatory: draw.OneIn(3),
                Pieces: draw.OneIn(3),
                Every: draw.Int(1, 7),
                Properties: draw.OneIn(2) ? BasicProperties.Empty : PropertiesGens.Make(draw))),
            c =>
            {
                AmqpSession session = Open(out _);
                if (session.CheckPublish(1, "e", "k", c.Properties, c.Size) != CommandResult.Ok)
                {
                    return; // a header that fits no frame
                }

                byte[] bytes = new byte[c.Size];
                ReadOnlySequence<byte> body = c.Pieces && c.Size > 1
                    ? Layouts.Sequence(bytes, c.Size / 2)
                    : new ReadOnlySequence<byte>(bytes);
                byte[] ack = ScriptedPeer.MethodFrame(1, new BasicAck { Multiple = true });
                var acks = new ReadOnlySequence<byte>(ack);
                ulong next = 0;
                long Round() => Allocated(() =>
                {
                    for (int i = 1; i <= Messages; i++)
                    {
                        session.Publish(1, "e", "k", c.Mandatory, c.Properties, in body, out next);
                        if (i % c.Every == 0 || i == Messages)
                        {
                            Number(ack, next);
                            Drain(session, in acks);
                        }
                    }
                });
                Round(); // rings grow to what one round needs
                Round();
                long taken = Math.Min(Round(), Round());
                Assert.True(taken == 0, $"I6 {Messages} publishes with their confirms took {taken} bytes");
                Assert.Equal(0, session.Describe().UnsettledPublishes);
                seen.Case();
                seen.Saw("several frames", c.Size > 4088);
                seen.Saw("multiple", c.Every > 1);
                seen.Saw("mandatory", c.Mandatory);
                seen.Saw("body in pieces", c.Pieces && c.Size > 1);
            });
        seen.Require("I6.publish", 10);
    }

    [Fact]
    public void I6_Receiving_and_acknowledging_take_no_byte_of_the_heap()
    {
        var seen = new Distribution("several frames", "in segments", "acks of several", "with properties");
        Props.ForAll(
            "I6.deliver",
            Gens.From(draw => (
                Size: draw.Pick(0, 1, 100, 4088, 4089, 20_000),
                Cuts: draw.OneIn(2),
                Every: draw.Int(1, 7),
                Headers: draw.OneIn(2))),
            c =>
            {
                AmqpSession session = Open(out _);
                BasicProperties properties = BasicProperties.Empty with
                {
                    ContentType = c.Headers ? "application/json" : null,
                    MessageId = c.Headers ? "always the same" : null,
                };
                ReadOnlySequence<byte> input = Delivery(c.Size, properties, c.Cuts);
                long Round() => Allocated(() =>
                {
                    for (ulong tag = 1; tag <= Messages; tag++)
                    {
                        Drain(session, in input);
                        if (tag % (ulong)c.Every == 0)
                        {
                            session.Ack(1, tag, multiple: true);
                        }
                    }
                });
                Round();
                Round();
                long taken = Math.Min(Round(), Round());
                Assert.True(taken == 0, $"I6 {Messages} deliveries with their acks took {taken} bytes");
                seen.Case();
                seen.Saw("several frames", c.Size > 4088);
                seen.Saw("in segments", c.Cuts);
                seen.Saw("acks of several", c.Every > 1);
                seen.Saw("with properties", c.Headers);
            });
        seen.Require("I6.deliver", 10);
    }

    private static AmqpSession Open(out Sink sink)
    {
        sink = new Sink();
        var session = new AmqpSession(
            new SessionOptions { FrameMax = 4096, Heartbeat = TimeSpan.Zero }, sink, MonoTime.Zero);
        session.Start(MonoTime.Zero);
        Feed(session, Server.Handshake());
        Assert.Equal(CommandResult.Ok, session.OpenChannel(out _, out _));
        Feed(session, Server.Method(1, "channel.open-ok"));
        Assert.Equal(CommandResult.Ok, session.Call(1, new ConfirmSelect(), out _));
        Feed(session, Server.Method(1, "confirm.select-ok"));
        return session;
    }

    private static ReadOnlySequence<byte> Delivery(int size, BasicProperties properties, bool cuts)
    {
        var deliver = new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1, Exchange = "e", RoutingKey = "k" };
        List<byte> bytes =
        [
            .. ScriptedPeer.MethodFrame(1, deliver), .. ScriptedPeer.HeaderFrame(1, (ulong)size, properties),
        ];
        for (int at = 0; at < size; at += 4088)
        {
            bytes.AddRange(ScriptedPeer.BodyFrame(1, new byte[Math.Min(4088, size - at)]));
        }

        byte[] all = [.. bytes];
        int[] at7 = cuts ? [.. Enumerable.Range(1, (all.Length - 1) / 7).Select(i => i * 7)] : [];
        return Layouts.Sequence(all, at7);
    }

    private static void Feed(AmqpSession session, byte[] bytes) => Drain(session, new ReadOnlySequence<byte>(bytes));

    private static void Drain(AmqpSession session, in ReadOnlySequence<byte> input)
    {
        EventScope scope = session.Receive(in input, MonoTime.Zero);
        while (scope.TryRead(out AmqpEvent _))
        {
        }
    }

    // The tag of a basic.ack frame: behind the frame's header and the method's ids.
    private static void Number(byte[] frame, ulong tag)
    {
        for (int i = 0; i < 8; i++)
        {
            frame[11 + i] = (byte)(tag >> (56 - (8 * i)));
        }
    }

    private static long Allocated(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
