namespace Amqp.Compare;

/// <summary>The bytes every message body is made of, so that either end can tell a body that was cut or
/// shifted.</summary>
internal static class TestBody
{
    /// <summary>The byte at a position.</summary>
    public static byte At(long index) => (byte)(index * 7 + 1);

    /// <summary>A new body.</summary>
    public static byte[] Create(int size)
    {
        var body = new byte[size];
        for (var i = 0; i < size; i++)
        {
            body[i] = At(i);
        }

        return body;
    }

    /// <summary>Whether a slice that starts at <paramref name="offset"/> of a body has the right first and last
    /// bytes.</summary>
    public static bool Matches(ReadOnlySpan<byte> slice, long offset) =>
        slice.IsEmpty || (slice[0] == At(offset) && slice[^1] == At(offset + slice.Length - 1));
}
