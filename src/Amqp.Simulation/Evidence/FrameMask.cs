using System.Buffers.Binary;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Simulation.Evidence;

/// <summary>Cuts one direction of a captured stream into whole frames, and overwrites the secrets in them with
/// asterisks, so that no length changes: the same as a recording in the client does.</summary>
internal sealed class FrameMask(bool withoutBodies)
{
    private const int HeaderLength = 7;
    private const int ProtocolHeaderLength = 8;
    private const byte Mask = (byte)'*';

    private readonly List<byte> _pending = [];
    private bool _isStarted;

    /// <summary>True once something else than a frame was met; what follows is left out.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>Adds bytes.</summary>
    /// <returns>The frames that are whole now.</returns>
    public byte[] Add(byte[] bytes)
    {
        _pending.AddRange(bytes);
        byte[] all = [.. _pending];
        int end = 0;
        while (!IsForeign && FrameAt(all.AsSpan(end)) is var length and > 0 && end + length <= all.Length)
        {
            Cover(all.AsSpan(end, (int)length));
            end += (int)length;
            _isStarted = true;
        }

        _pending.RemoveRange(0, IsForeign ? _pending.Count : end);
        return all[..end];
    }

    /// <summary>The length of the frame that begins here; 0 when that is not known yet.</summary>
    private long FrameAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        if (!_isStarted && bytes[0] == (byte)'A')
        {
            return ProtocolHeaderLength;
        }

        IsForeign = bytes[0] is not (1 or 2 or 3 or 8);
        return IsForeign || bytes.Length < HeaderLength
            ? 0
            : ProtocolHeaderLength + (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]);
    }

    private void Cover(Span<byte> frame)
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
        else if (frame[0] == (byte)FrameType.Method
            && AmqpMethod.TryReadId(payload, out MethodId id, out _)
            && id is MethodId.ConnectionStartOk or MethodId.ConnectionSecureOk or MethodId.ConnectionUpdateSecret)
        {
            CoverSecret(payload);
        }
    }

    private static void CoverSecret(Span<byte> payload)
    {
        AmqpMethod? covered = !AmqpMethod.TryRead(payload, AmqpLimits.Default, out AmqpMethod? method, out _)
            ? null
            : method switch
            {
                ConnectionStartOk startOk => startOk with { Response = Covered(startOk.Response) },
                ConnectionSecureOk secureOk => secureOk with { Response = Covered(secureOk.Response) },
                ConnectionUpdateSecret update => update with { NewSecret = Covered(update.NewSecret) },
                _ => null,
            };
        if (covered is null || covered.PayloadLength != payload.Length)
        {
            // What cannot be read cannot be trusted to hide its secret either: only the method's number is kept.
            payload[4..].Fill(Mask);
            return;
        }

        var writer = new WireWriter(payload);
        covered.WritePayload(ref writer);
    }

    private static LongString Covered(LongString secret)
    {
        byte[] mask = new byte[secret.Length];
        mask.AsSpan().Fill(Mask);
        return new LongString(mask);
    }
}
