using System.Buffers;
using System.Buffers.Binary;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport.Record;

/// <summary>
/// Takes one direction of a stream apart into whole frames and overwrites the secrets in them, so that no length
/// changes.
/// </summary>
/// <param name="withoutBodies">Whether the bodies of messages are overwritten too.</param>
internal sealed class FrameRedactor(bool withoutBodies)
{
    private const int HeaderLength = 7;
    private const int ProtocolHeaderLength = 8;
    private const byte Mask = (byte)'*';

    private readonly ArrayBufferWriter<byte> _pending = new();
    private bool _isStarted;
    private bool _isForeign;

    /// <summary>Adds bytes.</summary>
    /// <returns>What may be recorded: whole frames, without secrets.</returns>
    public byte[] Add(ReadOnlySpan<byte> bytes)
    {
        if (_isForeign)
        {
            return bytes.ToArray();
        }

        _pending.Write(bytes);
        byte[] whole = _pending.WrittenSpan.ToArray();
        int end = 0;
        while (FrameAt(whole.AsSpan(end)) is var length && length > 0 && end + length <= whole.Length)
        {
            Redact(whole.AsSpan(end, length));
            end += length;
            _isStarted = true;
        }

        if (_isForeign)
        {
            end = whole.Length;
        }

        _pending.ResetWrittenCount();
        _pending.Write(whole.AsSpan(end));
        return whole[..end];
    }

    /// <summary>How many bytes of an unfinished frame are held back.</summary>
    public int Held => _pending.WrittenCount;

    // The length of the frame that begins here; 0 when that is not known yet.
    private int FrameAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        if (!_isStarted && bytes[0] == (byte)'A')
        {
            return ProtocolHeaderLength;
        }

        if (bytes[0] is not (1 or 2 or 3 or 8))
        {
            // No AMQP: another protocol's banner, in which nothing is known to be a secret of ours.
            _isForeign = true;
            return 0;
        }

        if (bytes.Length < HeaderLength)
        {
            return 0;
        }

        uint size = BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]);
        _isForeign = size > int.MaxValue - ProtocolHeaderLength;
        return _isForeign ? 0 : ProtocolHeaderLength + (int)size;
    }

    private void Redact(Span<byte> frame)
    {
        if (frame.Length <= ProtocolHeaderLength)
        {
            return;
        }

        Span<byte> payload = frame[HeaderLength..^1];
        if (frame[0] == (byte)FrameType.Body && withoutBodies)
        {
            payload.Fill(Mask);
        }
        else if (frame[0] == (byte)FrameType.Method)
        {
            RedactMethod(payload);
        }
    }

    private static void RedactMethod(Span<byte> payload)
    {
        if (!AmqpMethod.TryReadId(payload, out MethodId id, out _)
            || id is not (MethodId.ConnectionStartOk or MethodId.ConnectionSecureOk or MethodId.ConnectionUpdateSecret))
        {
            return;
        }

        AmqpMethod? redacted = AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? method, out _)
            ? method switch
            {
                ConnectionStartOk startOk => startOk with { Response = Masked(startOk.Response) },
                ConnectionSecureOk secureOk => secureOk with { Response = Masked(secureOk.Response) },
                ConnectionUpdateSecret update => update with { NewSecret = Masked(update.NewSecret) },
                _ => null,
            }
            : null;
        if (redacted is null || redacted.PayloadLength != payload.Length)
        {
            // What cannot be read cannot be trusted to hide its secret either: only the method is kept.
            payload[4..].Fill(Mask);
            return;
        }

        var writer = new WireWriter(payload);
        redacted.WritePayload(ref writer);
    }

    private static LongString Masked(LongString secret)
    {
        byte[] mask = new byte[secret.Length];
        mask.AsSpan().Fill(Mask);
        return new LongString(mask);
    }
}
