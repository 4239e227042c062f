using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Amqp.Engine.Base;

namespace Amqp.Simulation.Audit;

/// <summary>
/// The bodies that a world publishes. A message's id says its ordinal and its length, and both decide its bytes, so a
/// reader can tell whether a body is the right one without a table of what was sent.
/// </summary>
public static class MessageBody
{
    /// <summary>The id of the message with this ordinal and length.</summary>
    /// <param name="ordinal">Which publish of the run it is, from 1.</param>
    /// <param name="length">The bytes in its body.</param>
    /// <returns>Such as <c>m3-120</c>.</returns>
    public static string Id(int ordinal, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"m{ordinal}-{length}");

    /// <summary>The body of the message with this id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="length">The bytes in the body.</param>
    /// <returns>A new array.</returns>
    public static byte[] Make(string id, int length)
    {
        byte[] body = new byte[length];
        Fill(id, body);
        return body;
    }

    /// <summary>Fills memory with the body of the message with this id, whose length it is to have.</summary>
    internal static void Fill(string id, Span<byte> body)
    {
        var random = new Prng(Prng.DeriveSeed(0, id));
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        while (!body.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, random.NextUInt64());
            int count = Math.Min(body.Length, eight.Length);
            eight[..count].CopyTo(body);
            body = body[count..];
        }
    }

    /// <summary>Whether these bytes are the body of the message with this id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="body">The bytes.</param>
    /// <returns>True when they are, or when the id is not one of ours.</returns>
    public static bool Matches(string id, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(id);
        int dash = id.IndexOf('-', StringComparison.Ordinal);
        if (!id.StartsWith('m')
            || dash < 0
            || !int.TryParse(id.AsSpan(dash + 1), CultureInfo.InvariantCulture, out int length))
        {
            return true;
        }

        if (body.Length != length)
        {
            return false;
        }

        byte[] expected = ArrayPool<byte>.Shared.Rent(length);
        Fill(id, expected.AsSpan(0, length));
        bool matches = body.SequenceEqual(expected.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(expected);
        return matches;
    }
}
