using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Amqp.Engine.Wire;

/// <summary>
/// Reads the protocol's primitive types from a span: integers are unsigned and in network byte order (AMQP 0-9-1
/// §4.2.5). A read that fails returns false, moves nothing and sets <see cref="Fault"/>. Allocates nothing, but for
/// the overload that makes a string.
/// </summary>
public ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _input;
    private int _consumed;

    /// <summary>Reads from the start of <paramref name="input"/>.</summary>
    /// <param name="input">The bytes; borrowed.</param>
    public WireReader(ReadOnlySpan<byte> input) => _input = input;

    /// <summary>How many bytes were read.</summary>
    public readonly int Consumed => _consumed;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _input.Length - _consumed;

    /// <summary>Why the last failed read failed.</summary>
    public WireFault Fault { get; private set; }

    /// <summary>Reads an octet.</summary>
    /// <param name="value">The value, or 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadOctet(out byte value)
    {
        if ((uint)_consumed >= (uint)_input.Length)
        {
            value = 0;
            return Truncated();
        }

        value = _input[_consumed++];
        return true;
    }

    /// <summary>Reads a short integer, 2 bytes.</summary>
    /// <param name="value">The value, or 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadShort(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_input[_consumed..], out value))
        {
            return Truncated();
        }

        _consumed += sizeof(ushort);
        return true;
    }

    /// <summary>Reads a long integer, 4 bytes.</summary>
    /// <param name="value">The value, or 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadLong(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_input[_consumed..], out value))
        {
            return Truncated();
        }

        _consumed += sizeof(uint);
        return true;
    }

    /// <summary>Reads a long long integer, 8 bytes; timestamps and delivery tags too.</summary>
    /// <param name="value">The value, or 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadLongLong(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(_input[_consumed..], out value))
        {
            return Truncated();
        }

        _consumed += sizeof(ulong);
        return true;
    }

    // short string, AMQP 0-9-1 §4.2.5.3
    // ┌────────────┬───────────────────────┐
    // │ length (1) │ UTF-8 bytes (0 … 255) │
    // └────────────┴───────────────────────┘

    /// <summary>Reads a short string and checks that it is valid UTF-8.</summary>
    /// <param name="value">Its bytes, a slice of the input.</param>
    public bool TryReadShortString(out ReadOnlySpan<byte> value)
    {
        int start = _consumed + 1;
        if (start > _input.Length || _input[_consumed] > _input.Length - start)
        {
            value = default;
            return Truncated();
        }

        value = _input.Slice(start, _input[_consumed]);
        if (!Utf8.IsValid(value))
        {
            value = default;
            Fault = WireFault.InvalidUtf8;
            return false;
        }

        _consumed = start + value.Length;
        return true;
    }

    /// <summary>Reads a short string into a new string.</summary>
    /// <param name="value">The string, or the empty one.</param>
    public bool TryReadShortString(out string value)
    {
        if (!TryReadShortString(out ReadOnlySpan<byte> bytes))
        {
            value = "";
            return false;
        }

        value = bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
        return true;
    }

    // long string, AMQP 0-9-1 §4.2.5.3: any bytes
    // ┌────────────┬───────────────┐
    // │ length (4) │ bytes         │
    // └────────────┴───────────────┘

    /// <summary>Reads a long string; any bytes are valid.</summary>
    /// <param name="value">Its bytes, a slice of the input.</param>
    public bool TryReadLongString(out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> rest = _input[_consumed..];
        if (!BinaryPrimitives.TryReadUInt32BigEndian(rest, out uint length)
            || length > (uint)(rest.Length - sizeof(uint)))
        {
            value = default;
            return Truncated();
        }

        value = rest.Slice(sizeof(uint), (int)length);
        _consumed += sizeof(uint) + (int)length;
        return true;
    }

    /// <summary>Reads <paramref name="count"/> bytes as they are.</summary>
    /// <param name="count">How many, 0 or more.</param>
    /// <param name="value">The bytes, a slice of the input.</param>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> value)
    {
        if ((uint)count > (uint)Remaining)
        {
            value = default;
            return Truncated();
        }

        value = _input.Slice(_consumed, count);
        _consumed += count;
        return true;
    }

    private bool Truncated()
    {
        Fault = WireFault.Truncated;
        return false;
    }
}
