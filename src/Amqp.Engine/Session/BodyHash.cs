using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Amqp.Engine.Session;

/// <summary>CRC-32C of a body, the same however the body is cut into pieces. It tells returned messages apart; nothing
/// depends on it being hard to forge.</summary>
internal static class BodyHash
{
    public static uint Add(uint hash, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            hash = BitOperations.Crc32C(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte octet in bytes)
        {
            hash = BitOperations.Crc32C(hash, octet);
        }

        return hash;
    }

    public static uint Add(uint hash, in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            hash = Add(hash, piece.Span);
        }

        return hash;
    }
}
