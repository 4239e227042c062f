using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>
/// Cuts the stream into frames (AMQP 0-9-1 §4.2.3). The broker reads frames itself instead of with the client's
/// reader, because RabbitMQ's error texts quote the octets, and because a shared mistake would hide itself.
/// </content>
public sealed partial class BrokerConnection
{
    //   0      1         3             7                  size+7     size+8
    //   +------+---------+-------------+  +------------+  +-----------+
    //   | type | channel |    size     |  |  payload   |  | frame-end |
    //   +------+---------+-------------+  +------------+  +-----------+
    //    octet    short        long        size octets       octet 0xCE
    private const int FrameHeaderLength = 7;
    private const byte FrameEnd = 0xCE;

    private const byte MethodFrame = (byte)FrameType.Method;
    private const byte HeaderFrame = (byte)FrameType.Header;
    private const byte BodyFrame = (byte)FrameType.Body;
    private const byte HeartbeatFrame = (byte)FrameType.Heartbeat;

    private byte[] _scratch = [];
    private int _frameMax;

    /// <summary>Handles every whole frame of a contiguous piece; returns the octets consumed.</summary>
    private int ReceiveSpan(ReadOnlySpan<byte> input)
    {
        int consumed = 0;
        while (!IsReadSuspended && _phase < ConnectionPhase.CloseOkSent)
        {
            int used = ReceiveOne(input[consumed..]);
            if (used == 0)
            {
                break;
            }

            consumed += used;
        }

        return consumed;
    }

    /// <summary>Copies the one frame that lies across segments and handles it.</summary>
    private int ReceiveStraddling(in ReadOnlySequence<byte> input)
    {
        Span<byte> lead = stackalloc byte[8];
        int leadLength = (int)Math.Min(input.Length, lead.Length);
        input.Slice(0, leadLength).CopyTo(lead);
        long needed = lead.Length;
        if (_phase != ConnectionPhase.AwaitingHeader && leadLength >= FrameHeaderLength)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(lead[3..]);
            needed = size > (uint)_frameMax ? FrameHeaderLength : (long)size + FrameHeaderLength + 1;
        }

        if (input.Length < needed)
        {
            return 0;
        }

        if (_scratch.Length < needed)
        {
            _scratch = new byte[Math.Max(needed, 4096)];
        }

        Span<byte> frame = _scratch.AsSpan(0, (int)needed);
        input.Slice(0, needed).CopyTo(frame);
        return ReceiveSpan(frame);
    }

    private int ReceiveOne(ReadOnlySpan<byte> input)
    {
        if (_phase == ConnectionPhase.AwaitingHeader)
        {
            return OnProtocolHeader(input);
        }

        if (input.Length < FrameHeaderLength)
        {
            return 0;
        }

        byte type = input[0];
        ushort channel = BinaryPrimitives.ReadUInt16BigEndian(input[1..]);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(input[3..]);

        // Tolerated up to frame-max although the limit proper is eight octets less, as RabbitMQ does.
        if (size > (uint)_frameMax)
        {
            string lead = ReplyTexts.FrameLead(type, default) + ": ";
            string term = string.Create(CultureInfo.InvariantCulture, $"{{frame_too_large,{size},{_frameMax - 8}}}");
            FailStream(lead + ErlangTerms.Wrap(term, lead.Length));
            return FrameHeaderLength;
        }

        int whole = FrameHeaderLength + (int)size + 1;
        if (input.Length < whole)
        {
            return 0;
        }

        ReadOnlySpan<byte> payload = input.Slice(FrameHeaderLength, (int)size);
        if (input[whole - 1] != FrameEnd)
        {
            string lead = ReplyTexts.FrameLead(type, payload) + ": ";
            string term = string.Create(
                CultureInfo.InvariantCulture,
                $"{{invalid_frame_end_marker,{input[whole - 1]}}}");
            FailStream(lead + ErlangTerms.Wrap(term, lead.Length));
            return whole;
        }

        OnFrame(type, channel, payload);
        return whole;
    }

    private void OnFrame(byte type, ushort number, ReadOnlySpan<byte> payload)
    {
        bool isKnown = type switch
        {
            MethodFrame => payload.Length >= 4,
            HeaderFrame => payload.Length >= 14,
            BodyFrame => true,
            HeartbeatFrame => payload.IsEmpty,
            _ => false,
        };

        _method = 0;
        if (_phase == ConnectionPhase.CloseSent)
        {
            if (isKnown && number == 0 && type == MethodFrame)
            {
                OnMethodWhileClosing(payload);
            }
        }
        else if (!isKnown)
        {
            FailConnection(ReplyCode.FrameError, ReplyTexts.FrameLead(type, payload) + ": unknown_frame");
        }
        else if (number == 0)
        {
            OnConnectionFrame(type, payload);
        }
        else if (_phase < ConnectionPhase.Opening)
        {
            End();
        }
        else if (_phase == ConnectionPhase.Opening || type == HeartbeatFrame)
        {
            FailConnection(ReplyCode.UnexpectedFrame, ReplyTexts.FrameLead(type, payload));
        }
        else
        {
            OnChannelFrame(type, number, payload);
        }
    }

    private void OnConnectionFrame(byte type, ReadOnlySpan<byte> payload)
    {
        if (type == MethodFrame)
        {
            OnConnectionMethod(payload);
        }
        else if (type != HeartbeatFrame)
        {
            FailConnection(ReplyCode.UnexpectedFrame, ReplyTexts.FrameLead(type, payload));
        }
    }

    /// <summary>Reads a method; on failure the connection has been failed the way RabbitMQ does it.</summary>
    private bool TryDecode(ReadOnlySpan<byte> payload, out AmqpMethod method)
    {
        _method = (MethodId)BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (AmqpMethod.TryRead(payload, _core.Limits, out AmqpMethod? read, out WireError error))
        {
            method = read;
            return true;
        }

        method = null!;
        OnUndecodable(payload, error);
        return false;
    }

    private void OnUndecodable(ReadOnlySpan<byte> payload, in WireError error)
    {
        switch (DecodeFailures.Classify(payload, error))
        {
            case DecodeFailure.Arguments:
                FailConnection(ReplyCode.FrameError, "cannot decode " + ErlangTerms.Binary(payload[4..]));
                break;
            case DecodeFailure.ShortStringText:
                _method = 0;
                FailConnection(ReplyCode.FrameError, "Malformed UTF-8 in shortstr");
                break;
            default:
                // RabbitMQ's reader crashes on these: the stream just ends.
                End();
                break;
        }
    }
}
