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
        var random = new Prng(Prng.DeriveSeed(0, id));
        byte[] body = new byte[length];
        Span<byte> rest = body;
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        while (!rest.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, random.NextUInt64());
            int count = Math.Min(rest.Length, eight.Length);
            eight[..count].CopyTo(rest);
            rest = rest[count..];
        }

        return body;
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

        return body.SequenceEqual(Make(id, length));
    }
}
