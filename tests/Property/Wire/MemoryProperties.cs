using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A12: what a session holds does not depend on how many messages have passed.</summary>
[Collection(QuietCollection.Name)]
public sealed class MemoryProperties
{
    private const int Warmup = 1_000;
    private const int Few = 2_000;
    private const int Many = 20_000;

    /// <summary>Deliveries with acks: ten times as many allocate not a byte more, so nothing can have stayed.</summary>
    [Fact]
    public void A12_Deliveries_and_acks_leave_nothing_behind()
    {
        AmqpSession session = Opened(out Sink sink);
        Deliver(session, sink, 1, Warmup);
        long few = Allocated(() => Deliver(session, sink, Warmup + 1, Few));
        long many = Allocated(() => Deliver(session, sink, Warmup + Few + 1, Many));
        Assert.True(many <= few + 1024, $"A12: {Few} deliveries took {few} bytes, {Many} took {many}");
    }

    /// <summary>Publishes with confirms, one by one and in ranges, mandatory ones returned.</summary>
    [Fact]
    public void A12_Publishes_and_confirms_leave_nothing_behind()
    {
        AmqpSession session = Opened(out Sink sink);
        Assert.Equal(CommandResult.Ok, session.Call(1, new ConfirmSelect(), out _));
        Feed(session, Server.Method(1, "confirm.select-ok"));
        Publish(session, sink, 1, Warmup);
        long few = Allocated(() => Publish(session, sink, Warmup + 1, Few));
        long many = Allocated(() => Publish(session, sink, Warmup + Few + 1, Many));
        Assert.True(many <= few + 1024, $"A12: {Few} publishes took {few} bytes, {Many} took {many}");
        Assert.Equal(0, session.Describe().UnsettledPublishes);
    }

    /// <summary>Different names and properties in every message: what is kept of them is bounded.</summary>
    [Fact]
    public void A12_Caches_are_bounded_however_many_names_pass()
    {
        long small = Enumerable.Range(0, 3).Min(_ => Held(500));
        long large = Enumerable.Range(0, 3).Min(_ => Held(8_000));
        Assert.True(large < small + (512 * 1024), $"A12: held {small} bytes after 500 names, {large} after 8,000");
    }

    /// <summary>Channels that are opened and closed again leave nothing behind.</summary>
    [Fact]
    public void A12_Channels_leave_nothing_behind()
    {
        AmqpSession session = Opened(out Sink sink);
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal(CommandResult.Ok, session.OpenChannel(out ushort channel, out _));
            Assert.Equal(2, channel);
            Feed(session, Server.Method(channel, "channel.open-ok"));
            Assert.Equal(CommandResult.Ok, session.CloseChannel(channel, ReplyCode.Success, "", out _));
            Feed(session, Server.Method(channel, "channel.close-ok"));
        }

        SessionSnapshot after = session.Describe();
        Assert.Equal((1, 0, 0), (after.OpenChannels, after.PendingCalls, after.UnsettledPublishes));
        Assert.True(sink.Written > 0);
    }

    private static AmqpSession Opened(out Sink sink)
    {
        sink = new Sink();
        var session = new AmqpSession(new SessionOptions(), sink, MonoTime.Zero);
        session.Start(MonoTime.Zero);
        Feed(session, Server.Handshake());
        Assert.Equal(CommandResult.Ok, session.OpenChannel(out _, out _));
        Feed(session, Server.Method(1, "channel.open-ok"));
        return session;
    }

    private static void Deliver(AmqpSession session, Sink sink, int first, int count)
    {
        byte[] frames = Message("basic.deliver", ("consumer-tag", "ctag"), ("exchange", "e"), ("routing-key", "k"));
        var input = new ReadOnlySequence<byte>(frames);
        int tagAt = frames.AsSpan().IndexOf("ctag"u8) + 4 + 4; // the low half of the tag behind its consumer
        long before = sink.Written;
        for (int tag = first; tag < first + count; tag++)
        {
            Number(frames, tagAt, tag);
            EventScope scope = session.Receive(in input, MonoTime.Zero);
            while (scope.TryRead(out AmqpEvent e))
            {
                if (e.Kind == EventKind.Delivery)
                {
                    Assert.True(e.DeliveryTag == (ulong)tag);
                    session.Ack(1, e.DeliveryTag, false);
                }
            }
        }

        Assert.True(sink.Written == before + (21L * count)); // one ack each
    }

    private static void Publish(AmqpSession session, Sink sink, int first, int count)
    {
        byte[] ack = Server.Method(1, "basic.ack", ("delivery-tag", 0UL));
        byte[] returned = Message("basic.return", ("reply-code", 312UL), ("exchange", "e"), ("routing-key", "k"));
        var acks = new ReadOnlySequence<byte>(ack);
        var returns = new ReadOnlySequence<byte>(returned);
        var events = 0;
        for (int tag = first; tag < first + count; tag++)
        {
            bool mandatory = tag % 7 == 0;
            session.Publish(1, "e", "k", mandatory, BasicProperties.Empty, "body"u8, out _);
            if (mandatory)
            {
                Drain(session.Receive(in returns, MonoTime.Zero), ref events);
            }

            // Every third ack settles the range behind it.
            if (tag % 3 == 0 || tag == first + count - 1)
            {
                ack[^2] = 1;
                Number(ack, 7 + 4 + 4, tag);
                Drain(session.Receive(in acks, MonoTime.Zero), ref events);
            }
        }

        Assert.True(events >= count / 3);
        Assert.True(sink.Written > 0);
    }

    private static long Held(int names)
    {
        AmqpSession session = Opened(out _);
        for (var i = 0; i < names; i++)
        {
            string name = $"a name that is quite long and different each time {i}";
            Feed(session, Message("basic.deliver", ("consumer-tag", name), ("exchange", name), ("routing-key", name)));
        }

        // What the heap loses with the session is what the session held.
        long before = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(session);
        session = null!;
        long after = GC.GetTotalMemory(forceFullCollection: true);
        return before - after;
    }

    private static byte[] Message(string method, params (string Name, object Value)[] args) =>
    [
        .. Server.Method(1, method, args),
        .. Server.Content(1, RefEncoder.Properties([]), "body"u8.ToArray(), []).SelectMany(f => f),
    ];

    private static void Number(byte[] bytes, int at, int value)
    {
        for (var i = 0; i < 4; i++)
        {
            bytes[at + i] = (byte)(value >> (24 - (8 * i)));
        }
    }

    private static void Feed(AmqpSession session, byte[] bytes)
    {
        var events = 0;
        Drain(session.Receive(new ReadOnlySequence<byte>(bytes), MonoTime.Zero), ref events);
    }

    private static void Drain(EventScope scope, ref int events)
    {
        while (scope.TryRead(out AmqpEvent _))
        {
            events++;
        }
    }

    private static long Allocated(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
