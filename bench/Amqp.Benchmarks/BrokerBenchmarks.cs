using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>The fake broker's core: one message of 16 octets published, routed, handed out and settled.</summary>
[MemoryDiagnoser]
[MinColumn]
public class BrokerBenchmarks
{
    private readonly ReusableBuffer _output = new();
    private readonly byte[] _body = new byte[16];
    private BrokerCore _core = null!;
    private BrokerConnection _connection = null!;
    private byte[] _publish = null!;
    private byte[] _ack = null!;

    /// <summary>A queue bound to a topic exchange, and a client that consumes from another queue.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _core = new BrokerCore();
        _core.DeclareQueue("/", "commands");
        _core.DeclareQueue("/", "frames");
        _core.Bind(new BindingInfo("/", "amq.topic", "commands", true, "a.*.c", FieldTable.Empty));
        _connection = _core.Accept(_output, MonoTime.Zero);
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(FrameWriter.ProtocolHeader);
        FrameWriter.WriteMethod(bytes, 0, new ConnectionStartOk
        {
            Mechanism = "PLAIN",
            Response = "\0guest\0guest",
            Locale = "en_US",
        });
        FrameWriter.WriteMethod(bytes, 0, new ConnectionTuneOk { ChannelMax = 2047, FrameMax = 131072 });
        FrameWriter.WriteMethod(bytes, 0, new ConnectionOpen { VirtualHost = "/" });
        FrameWriter.WriteMethod(bytes, 1, new ChannelOpen());
        FrameWriter.WriteMethod(bytes, 1, new BasicConsume { Queue = "frames", ConsumerTag = "c" });
        Receive(bytes.WrittenMemory);
        var publish = new ArrayBufferWriter<byte>();
        FrameWriter.WriteContent(
            publish, 1, "", "frames", false, false, BasicProperties.Empty, _body, 131072);
        _publish = publish.WrittenSpan.ToArray();
        var ack = new ArrayBufferWriter<byte>();
        FrameWriter.WriteMethod(ack, 1, new BasicAck { DeliveryTag = 0, Multiple = true });
        _ack = ack.WrittenSpan.ToArray();
    }

    /// <summary>Commands in, no wire: publish to a topic exchange, route, take from the queue, settle.</summary>
    [Benchmark]
    public MessageInfo Commands()
    {
        _core.Publish("/", "amq.topic", "a.b.c", BasicProperties.Empty, _body);
        return _core.TakeMessage("/", "commands")!;
    }

    /// <summary>Frames in and out: publish, route, deliver to a consumer, acknowledge.</summary>
    [Benchmark]
    public int Frames()
    {
        _output.Clear();
        Receive(_publish);
        Receive(_ack);
        return _output.Bytes.Length;
    }

    private void Receive(ReadOnlyMemory<byte> bytes) =>
        _connection.Receive(new ReadOnlySequence<byte>(bytes), MonoTime.Zero);
}
