using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>The broker is a function of its input: not of how the bytes are cut, nor of the run.</summary>
public class StreamProperties
{
    [Property(MaxTest = 60)]
    public void Cutting_the_input_changes_nothing(PositiveInt piece, bool segmented)
    {
        var script = Script();
        Assert.Equal(Run(script, script.Length, false), Run(script, Math.Min(piece.Get, 40), segmented));
    }

    [Fact]
    public void Equal_seeds_give_equal_bytes_and_others_do_not()
    {
        var script = Script();
        Assert.Equal(Run(script, 7, false), Run(script, 7, false));
        Assert.NotEqual(Run(script, 7, false), Run(script, 7, false, seed: 2));
    }

    [Property(MaxTest = 200)]
    public void Noise_never_throws_and_always_ends(byte[] noise)
    {
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        var input = new ReadOnlySequence<byte>(noise);
        peer.Connection.Receive(input, MonoTime.Zero);
        core.Elapse(MonoTime.Zero + TimeSpan.FromSeconds(40));
        peer.Connection.ReceiveEnd(MonoTime.Zero + TimeSpan.FromSeconds(41));
        Assert.Empty(core.Connections);
    }

    /// <summary>A session with a server-named queue, a delivery, a get and a channel error.</summary>
    private static byte[] Script()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(FrameWriter.ProtocolHeader);
        FrameWriter.WriteMethod(bytes, 0, BrokerPeer.StartOk("guest"));
        FrameWriter.WriteMethod(bytes, 0, new ConnectionTuneOk { ChannelMax = 10, FrameMax = 4096 });
        FrameWriter.WriteMethod(bytes, 0, new ConnectionOpen { VirtualHost = "/" });
        FrameWriter.WriteMethod(bytes, 1, new ChannelOpen());
        FrameWriter.WriteMethod(bytes, 1, new QueueDeclare { Exclusive = true });
        FrameWriter.WriteMethod(bytes, 1, new QueueBind { Exchange = "amq.fanout" });
        bytes.Write(BrokerPeer.PublishBytes(1, "amq.fanout", "k", new string('x', 9000)));
        FrameWriter.WriteMethod(bytes, 1, new BasicConsume { ConsumerTag = "c" });
        bytes.Write(BrokerPeer.PublishBytes(1, "amq.fanout", "k", "second"));
        FrameWriter.WriteMethod(bytes, 1, new BasicAck { DeliveryTag = 2, Multiple = true });
        FrameWriter.WriteMethod(bytes, 1, new BasicAck { DeliveryTag = 2 });
        FrameWriter.WriteMethod(bytes, 1, new ChannelCloseOk());
        FrameWriter.WriteMethod(bytes, 0, new ConnectionClose());
        return bytes.WrittenSpan.ToArray();
    }

    private static string Run(byte[] script, int piece, bool segmented, ulong seed = 1)
    {
        var output = new ArrayBufferWriter<byte>();
        var connection = new BrokerCore(new BrokerOptions { Seed = seed }).Accept(output, MonoTime.Zero);
        var start = 0;
        for (var end = Math.Min(piece, script.Length); ; end = Math.Min(end + piece, script.Length))
        {
            var given = script.AsMemory(start, end - start);
            var input = segmented ? Segment.Of(given, 3) : new ReadOnlySequence<byte>(given);
            start += (int)input.Slice(0, connection.Receive(input, MonoTime.Zero)).Length;
            if (end == script.Length)
            {
                return Convert.ToHexString(output.WrittenSpan);
            }
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int size)
        {
            var first = new Segment { Memory = bytes[..Math.Min(size, bytes.Length)] };
            var last = first;
            for (var at = first.Memory.Length; at < bytes.Length; at += size)
            {
                var memory = bytes.Slice(at, Math.Min(size, bytes.Length - at));
                var next = new Segment { Memory = memory, RunningIndex = at };
                last.Next = next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
