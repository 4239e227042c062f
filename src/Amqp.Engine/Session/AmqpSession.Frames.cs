using System.Buffers;
using System.Buffers.Binary;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// From bytes to frames to handlers. One frame is handled at a time, when the owner asks for the next event: a frame may
// make several events, which are all read before the next frame is looked at.
public sealed partial class AmqpSession
{
    internal bool ProcessNextFrame(scoped ref FrameReader frames, in ReadOnlySequence<byte> input)
    {
        if (State == ConnectionState.Closed
            || (State == ConnectionState.AwaitingStart && !IsFrame(input.Slice(frames.Consumed))))
        {
            return false;
        }

        int maxPayload = _maxPayload;
        switch (frames.TryRead(out Frame frame))
        {
            case FrameReadStatus.NeedMoreData:
                return false;
            case FrameReadStatus.Malformed:
                Violate(frames.Error);
                return false;
        }

        switch (frame.Type)
        {
            case FrameType.Method:
                OnMethodFrame(frame.Channel, Contiguous(in frame));
                break;
            case FrameType.Header or FrameType.Body:
                OnContentFrame(in frame);
                break;
            default:
                OnHeartbeat(frame.Channel, frame.Length);
                break;
        }

        if (_maxPayload != maxPayload)
        {
            frames = new FrameReader(input.Slice(frames.Consumed), _maxPayload); // connection.tune changed it
        }

        return true;
    }

    private void OnMethodFrame(ushort channel, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 4)
        {
            Violate(TooShort(channel, payload.Length));
            return;
        }

        uint id = BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (channel == 0)
        {
            OnConnectionMethod((MethodId)id, payload);
        }
        else
        {
            OnChannelMethod(channel, (MethodId)id, payload);
        }
    }

    private static WireError TooShort(ushort channel, int length) =>
        new(ReplyCode.SyntaxError, $"a method frame on channel {channel} holds {length} bytes, fewer than 4");

    // A heartbeat is an empty frame on channel 0 (section 4.2.7: anything else is a frame error).
    private void OnHeartbeat(ushort channel, long length)
    {
        if (channel != 0 || length != 0)
        {
            Violate(new WireError(
                ReplyCode.FrameError,
                $"a heartbeat on channel {channel} with a payload of {length} bytes"));
        }
    }

    private ReadOnlySpan<byte> Contiguous(in Frame frame)
    {
        if (frame.TryGetSpan(out ReadOnlySpan<byte> span))
        {
            return span;
        }

        if (_scratch.Length < frame.Length)
        {
            _scratch = new byte[Math.Max(frame.Length, 1024)];
        }

        frame.CopyTo(_scratch);
        return _scratch.AsSpan(0, frame.Length);
    }
}
