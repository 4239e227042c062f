using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.Wire;
using FsCheck;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>
/// Whatever a client sends, the broker throws nothing, takes memory in proportion, and goes on serving the others.
/// </summary>
public class HostileClientProperties
{
    /// <summary>What texts, records and a first exclusive queue may take.</summary>
    private const long Fixed = 256 * 1024;

    /// <summary>A method of a few octets makes a queue, a consumer or a channel of many.</summary>
    private const long PerOctet = 400;

    private static Gen<byte[]> Bytes { get; } = Gens.From(draw => draw.Int(0, 4) switch
    {
        0 => draw.Bytes(draw.Length(2000)),
        1 => Mutations.Mutate(draw, RefGens.Frames(draw)),
        2 => Mutations.Mutate(draw, Conversation(draw)),
        _ => Conversation(draw),
    });

    [Fact]
    public void K8_Hostile_clients_neither_break_the_broker_nor_the_others_nor_fill_its_memory()
    {
        Run([0]);
        Props.ForAll("K8", Bytes, Run, Mutations.Shrink, cases: 3000);
    }

    private static void Run(byte[] bytes)
    {
        var core = new BrokerCore(new BrokerOptions { MemoryHighWatermark = 4096 });
        var honest = BrokerPeer.Open(core);
        honest.Send(1, new QueueDeclare { Queue = "honest", Exclusive = true });
        var hostile = BrokerPeer.Open(core);
        var before = GC.GetAllocatedBytesForCurrentThread();
        hostile.Connection.Receive(new ReadOnlySequence<byte>(bytes), MonoTime.Zero);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < Fixed + (PerOctet * bytes.Length), $"{taken} octets taken for {bytes.Length}");

        honest.Take();
        honest.Send(1, new QueueDeclare { Queue = "honest", Exclusive = true });
        Assert.Equal("queue.declare-ok", honest.Take()[^1]);
        var later = MonoTime.Zero + TimeSpan.FromMinutes(2);
        core.Elapse(later);
        hostile.Connection.ReceiveEnd(later);
        Assert.DoesNotContain(hostile.Connection, core.Connections);
    }

    /// <summary>Well-formed methods in any order, on a few channels, with content here and there.</summary>
    private static byte[] Conversation(Draw draw)
    {
        var output = new ArrayBufferWriter<byte>();
        for (var i = draw.Int(1, 12); i > 0; i--)
        {
            var channel = (ushort)draw.Int(0, 3);
            if (draw.OneIn(3))
            {
                output.Write(BrokerPeer.PublishBytes(channel, draw.Pick("", "amq.topic"), draw.Text(8), draw.Text(90)));
            }
            else
            {
                FrameWriter.WriteMethod(output, channel, draw.OneIn(4) ? new ChannelOpen() : MethodGens.Make(draw));
            }
        }

        return output.WrittenSpan.ToArray();
    }
}
