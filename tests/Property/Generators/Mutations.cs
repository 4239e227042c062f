namespace Amqp.Property.Generators;

/// <summary>Damage to a valid byte string.</summary>
public static class Mutations
{
    private static readonly byte[] Telling = [0x00, 0x01, 0x02, 0x03, 0x08, 0x7F, 0x80, 0xCE, 0xFE, 0xFF];

    /// <summary>One to four mutations: flip, set, truncate, duplicate, insert, delete, swap.</summary>
    public static byte[] Mutate(Draw draw, byte[] bytes)
    {
        int count = draw.Pick(1, 1, 1, 2, 3, 4);
        for (var i = 0; i < count; i++)
        {
            bytes = Once(draw, bytes);
        }

        return bytes;
    }

    /// <summary>Smaller byte strings: without a half, a quarter … or one octet; octets set to 0.</summary>
    public static IEnumerable<byte[]> Shrink(byte[] bytes)
    {
        for (int chunk = bytes.Length; chunk > 0; chunk /= 2)
        {
            for (var at = 0; at < bytes.Length; at += chunk)
            {
                yield return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + chunk)..]];
            }
        }

        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] != 0)
            {
                yield return [.. bytes[..at], 0, .. bytes[(at + 1)..]];
            }
        }
    }

    private static byte[] Once(Draw draw, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return draw.Bytes(draw.Int(1, 8));
        }

        int at = draw.Int(0, bytes.Length - 1);
        int end = Math.Min(bytes.Length, at + draw.Pick(1, 2, 4, 8, 20));
        switch (draw.Int(0, 6))
        {
            case 0:
                return With(bytes, at, (byte)(bytes[at] ^ (1 << draw.Int(0, 7))));
            case 1:
                return With(bytes, at, draw.Pick(Telling));
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..end], .. bytes[at..]];
            case 4:
                return [.. bytes[..at], .. draw.Bytes(draw.Int(1, 4)), .. bytes[at..]];
            case 5:
                return [.. bytes[..at], .. bytes[end..]];
            default:
                int other = draw.Int(0, bytes.Length - 1);
                return With(With(bytes, at, bytes[other]), other, bytes[at]);
        }
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        byte[] copy = [.. bytes];
        copy[at] = value;
        return copy;
    }
}
