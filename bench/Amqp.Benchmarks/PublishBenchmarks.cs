using System.Buffers;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Publishing one message of 16 bytes into memory that is there already.</summary>
[MemoryDiagnoser]
[MinColumn]
public class PublishBenchmarks
{
    private const int Batch = 100;

    private readonly byte[] _body = new byte[16];
    private readonly ReusableBuffer _output = new();
    private OpenedSession _plain = null!;
    private OpenedSession _confirming = null!;

    /// <summary>Opens one session without and one with confirms.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _plain = new OpenedSession();
        _confirming = new OpenedSession();
        _confirming.Call(new ConfirmSelect(), new ConfirmSelectOk());
    }

    /// <summary>The wire layer alone.</summary>
    [Benchmark]
    public int EncodePublishWire()
    {
        _output.Clear();
        FrameWriter.WriteContent(
            _output, 1, "", "orders", mandatory: false, immediate: false, BasicProperties.Empty, _body, 131072);
        return _output.Written;
    }

    /// <summary>The whole engine.</summary>
    [Benchmark]
    public int PublishSession()
    {
        _plain.Output.Clear();
        OpenedSession.Expect(
            _plain.Session.Publish(_plain.Channel, "", "orders", false, BasicProperties.Empty, _body, out _));
        return _plain.Output.Written;
    }

    /// <summary>The whole engine with confirms: a hundred publishes and the one ack that settles them; time is per
    /// message.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int PublishConfirmedSession()
    {
        _confirming.Output.Clear();
        ulong sequence = 0;
        for (var i = 0; i < Batch; i++)
        {
            OpenedSession.Expect(_confirming.Session.Publish(
                _confirming.Channel, "", "orders", false, BasicProperties.Empty, _body, out sequence));
        }

        _output.Clear();
        var span = _output.GetSpan(HotMethods.AckLength + FrameWriter.Overhead);
        var writer = new WireWriter(span[7..]);
        HotMethods.WriteAck(ref writer, sequence, multiple: true);
        span[0] = (byte)FrameType.Method;
        span[1] = 0;
        span[2] = (byte)_confirming.Channel;
        span[3] = span[4] = span[5] = 0;
        span[6] = HotMethods.AckLength;
        span[7 + HotMethods.AckLength] = FrameWriter.FrameEnd;
        _output.Advance(HotMethods.AckLength + FrameWriter.Overhead);
        return _confirming.Receive(new ReadOnlySequence<byte>(_output.Memory));
    }
}
