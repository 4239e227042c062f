using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

// content header, AMQP 0-9-1 §4.2.6.1
//   0            2            4               12          14
// ┌────────────┬────────────┬───────────────┬───────────┬─────────────────────┐
// │ class (2)  │ weight (2) │ body size (8) │ flags (2) │ values of set flags │
// └────────────┴────────────┴───────────────┴───────────┴─────────────────────┘
//                always 0                     bit 15 is the first property

/// <summary>The payload of a header frame.</summary>
public static class ContentHeader
{
    private const int FixedLength = 12;
    private const ushort BasicClass = 60;

    /// <summary>Reads the fixed part and gives the rest to <see cref="BasicProperties.TryRead"/>.</summary>
    /// <param name="payload">The payload of a header frame.</param>
    /// <param name="classId">The class of the content; 60 is basic.</param>
    /// <param name="bodySize">The length in bytes of the body that follows.</param>
    /// <param name="properties">Flags and values.</param>
    /// <param name="error">What was wrong; 502.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> payload,
        out ushort classId,
        out ulong bodySize,
        out ReadOnlySpan<byte> properties,
        out WireError error)
    {
        var reader = new WireReader(payload);
        properties = default;
        bodySize = 0;
        if (!(reader.TryReadShort(out classId)
            && reader.TryReadShort(out ushort weight)
            && reader.TryReadLongLong(out bodySize)))
        {
            return WireFaults.Syntax($"a content header of {payload.Length} bytes is too short", out error);
        }

        if (weight != 0)
        {
            return WireFaults.Syntax("the weight at offset 2 of a content header is not 0", out error);
        }

        properties = payload[FixedLength..];
        error = default;
        return true;
    }

    /// <summary>The length of the payload in bytes.</summary>
    /// <param name="properties">The properties.</param>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes.</exception>
    public static int Length(BasicProperties properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return checked(FixedLength + properties.EncodedLength);
    }

    /// <summary>Writes the payload for content of class basic.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="bodySize">The length of the body in bytes.</param>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes.</exception>
    public static void Write(ref WireWriter writer, BasicProperties properties, ulong bodySize)
    {
        ArgumentNullException.ThrowIfNull(properties);
        writer.WriteShort(BasicClass);
        writer.WriteShort(0);
        writer.WriteLongLong(bodySize);
        properties.Write(ref writer);
    }
}
