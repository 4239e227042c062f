using System.Buffers.Binary;
using System.Text;

namespace Amqp.Compare.Sink;

/// <summary>Reads the arguments of the few methods the sink looks into.</summary>
internal ref struct SinkArguments(ReadOnlySpan<byte> arguments)
{
    private ReadOnlySpan<byte> _rest = arguments;

    public byte Octet()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ushort Short()
    {
        var value = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        _rest = _rest[2..];
        return value;
    }

    public uint Long()
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public ulong LongLong()
    {
        var value = BinaryPrimitives.ReadUInt64BigEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    public string ShortString()
    {
        int length = Octet();
        var value = Encoding.UTF8.GetString(_rest[..length]);
        _rest = _rest[length..];
        return value;
    }

    /// <summary>Passes over a short string without making one.</summary>
    public void SkipShortString() => _rest = _rest[(_rest[0] + 1)..];

    /// <summary>Whether nothing is left.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;
}
