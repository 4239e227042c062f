using System.Buffers;
using System.IO.Pipelines;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>A client on a pipe of a running broker, which reads when it is told to and not before.</summary>
internal sealed class PipePeer
{
    private const int FrameMax = 131072;

    private readonly IDuplexPipe _pipe;

    private PipePeer(IDuplexPipe pipe) => _pipe = pipe;

    /// <summary>A peer that is through the handshake and has channel 1.</summary>
    public static async Task<PipePeer> OpenAsync(InMemoryBroker broker, ushort heartbeat = 0)
    {
        var peer = new PipePeer(broker.Connect());
        await peer.SendRawAsync(FrameWriter.ProtocolHeader.ToArray());
        await peer.SendAsync(
            0,
            BrokerPeer.StartOk("guest"),
            new ConnectionTuneOk { ChannelMax = 2047, FrameMax = FrameMax, Heartbeat = heartbeat },
            new ConnectionOpen { VirtualHost = "/" });
        await peer.SendAsync(1, new ChannelOpen());
        await peer.ReadUntilAsync(MethodId.ChannelOpenOk);
        return peer;
    }

    public Task SendAsync(ushort channel, params AmqpMethod[] methods)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var method in methods)
        {
            FrameWriter.WriteMethod(bytes, channel, method);
        }

        return SendRawAsync(bytes.WrittenSpan.ToArray());
    }

    public async Task SendRawAsync(byte[] bytes) => await _pipe.Output.WriteAsync(bytes);

    /// <summary>Reads frames up to the last of so many methods of one kind; returns the methods seen.</summary>
    public async Task<List<MethodId>> ReadUntilAsync(MethodId last, int count = 1)
    {
        List<MethodId> methods = [];
        while (methods.Count(each => each == last) < count)
        {
            var read = await _pipe.Input.ReadAsync();
            _pipe.Input.AdvanceTo(TakeFrames(read.Buffer, methods, last, count), read.Buffer.End);
            Assert.False(read.IsCompleted && methods.Count(each => each == last) < count, "the broker hung up");
        }

        return methods;
    }

    /// <summary>Reads until the broker hangs up; returns how many octets still came.</summary>
    public async Task<long> ReadToEndAsync()
    {
        var octets = 0L;
        while (true)
        {
            var read = await _pipe.Input.ReadAsync();
            octets += read.Buffer.Length;
            _pipe.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return octets;
            }
        }
    }

    private static SequencePosition TakeFrames(
        in ReadOnlySequence<byte> input, List<MethodId> methods, MethodId last, int count)
    {
        var reader = new FrameReader(input, FrameMax);
        while (methods.Count(each => each == last) < count
            && reader.TryRead(out var frame) == FrameReadStatus.Complete)
        {
            if (frame.Type == FrameType.Method)
            {
                AmqpMethod.TryRead(frame.Payload.ToArray(), AmqpLimits.Default, out var method, out _);
                methods.Add(method!.Id);
            }
        }

        return reader.Consumed;
    }
}
