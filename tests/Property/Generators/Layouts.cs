using System.Buffers;

namespace Amqp.Property.Generators;

/// <summary>Ways to cut a byte string: into the pieces of one sequence, or into calls one after another.</summary>
public static class Layouts
{
    private const byte Guard = 0xCE; // the octet whose misreading would hurt most

    /// <summary>Cut positions from 0 to <paramref name="length"/>, ascending, repeats allowed (empty pieces).</summary>
    public static int[] Cuts(Draw draw, int length)
    {
        int[] cuts = draw.Int(0, 5) switch
        {
            0 => [],
            1 => [.. Enumerable.Range(0, Math.Min(length, 2000) + 1)], // one octet at a time
            2 => draw.List(1, () => draw.Int(0, length)),
            3 => draw.List(draw.Int(1, 40), () => draw.Int(0, length)),
            4 => [.. Enumerable.Range(0, (length / 7) + 1).Select(i => i * 7)], // a frame header at a time
            _ => draw.List(draw.Int(1, 6), () => draw.Int(0, length)),
        };
        Array.Sort(cuts);
        return cuts;
    }

    /// <summary>The pieces between the cuts.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> bytes, int[] cuts)
    {
        var from = 0;
        foreach (int cut in cuts.Append(bytes.Length))
        {
            yield return bytes[from..cut];
            from = cut;
        }
    }

    /// <summary>One sequence of the pieces, each in memory of its own between guard octets.</summary>
    public static ReadOnlySequence<byte> Sequence(ReadOnlyMemory<byte> bytes, params int[] cuts)
    {
        ByteSegment? first = null;
        ByteSegment? last = null;
        foreach (ReadOnlyMemory<byte> piece in Pieces(bytes, cuts))
        {
            byte[] guarded = [Guard, .. piece.Span, Guard];
            last = new ByteSegment(guarded.AsMemory(1, piece.Length), last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }
}
