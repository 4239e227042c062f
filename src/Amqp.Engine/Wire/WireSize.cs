using System.Text;

namespace Amqp.Engine.Wire;

/// <summary>How many bytes values take, and the check that short strings are short.</summary>
internal static class WireSize
{
    /// <summary>
    /// A string of so many UTF-16 units has at most 255 bytes of UTF-8, since a unit has at most three.
    /// </summary>
    public const int AlwaysShortChars = byte.MaxValue / 3;

    /// <summary>The bytes of a short string with its length byte.</summary>
    /// <exception cref="ArgumentException">It is longer than 255 bytes.</exception>
    public static int ShortString(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        int bytes = Encoding.UTF8.GetByteCount(value);
        CheckShort(bytes, name);
        return 1 + bytes;
    }

    /// <summary>Throws when a short string has more than 255 bytes.</summary>
    public static void CheckShort(int bytes, string name)
    {
        if (bytes > byte.MaxValue)
        {
            throw new ArgumentException($"A short string has at most 255 bytes of UTF-8; {name} has {bytes}.", name);
        }
    }
}
