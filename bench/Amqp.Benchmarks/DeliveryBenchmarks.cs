using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>Receiving: one delivery (method, header, 16-byte body) in one buffer.</summary>
[MemoryDiagnoser]
[MinColumn]
public class DeliveryBenchmarks
{
    private ReadOnlySequence<byte> _delivery;
    private OpenedSession _opened = null!;

    /// <summary>Makes the bytes and a session with a consumer.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var bytes = new ReusableBuffer();
        FrameWriter.WriteDelivery(
            bytes, 1, "amq.ctag-1", 1, redelivered: false, "", "orders", BasicProperties.Empty, new byte[16], 131072);
        _delivery = new ReadOnlySequence<byte>(bytes.Bytes.ToArray());
        _opened = new OpenedSession();
        _opened.Call(new BasicConsume { Queue = "orders" }, new BasicConsumeOk { ConsumerTag = "amq.ctag-1" });
        if (_opened.Receive(in _delivery) != 2)
        {
            throw new InvalidOperationException("A delivery must be two events: itself and its body.");
        }
    }

    /// <summary>The wire layer alone: three frames, the method's view, the header.</summary>
    [Benchmark]
    public ulong ParseDeliveryWire()
    {
        var reader = new FrameReader(in _delivery, 131064);
        ulong sum = 0;
        while (reader.TryRead(out var frame) == FrameReadStatus.Complete)
        {
            frame.TryGetSpan(out var payload);
            switch (frame.Type)
            {
                case FrameType.Method:
                    BasicDeliverView.TryRead(payload, out var deliver, out _);
                    sum += deliver.DeliveryTag + (ulong)deliver.RoutingKey.Length;
                    break;
                case FrameType.Header:
                    ContentHeader.TryRead(payload, out _, out var size, out _, out _);
                    sum += size;
                    break;
                default:
                    sum += payload[0];
                    break;
            }
        }

        return sum;
    }

    /// <summary>The whole engine: bytes in, two events out, with strings and properties as a handler gets
    /// them.</summary>
    [Benchmark]
    public ulong ReceiveDeliverySession()
    {
        var scope = _opened.Session.Receive(in _delivery, MonoTime.Zero);
        ulong sum = 0;
        while (scope.TryRead(out var e))
        {
            sum += e.Kind == EventKind.Delivery ? e.DeliveryTag + (ulong)e.RoutingKey.Length : (ulong)e.Body.Length;
        }

        return sum;
    }
}
