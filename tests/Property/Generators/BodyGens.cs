namespace Amqp.Property.Generators;

/// <summary>Bodies and their sizes around the places where a body needs one frame more.</summary>
public static class BodyGens
{
    /// <summary>Frame overhead: type, channel, size and the end octet (section 4.2.3).</summary>
    public const int Overhead = 8;

    /// <summary>A size: 0, 1, one and two full frames and their neighbours, or anything up to three frames.</summary>
    public static int Size(Draw draw, int frameMax)
    {
        int full = frameMax - Overhead;
        return draw.Pick(
            0, 1, full - 1, full, full + 1, (2 * full) - 1, 2 * full, (2 * full) + 1, draw.Int(0, 3 * full));
    }

    /// <summary>A body whose octets tell their place, so that a lost or doubled piece shows.</summary>
    public static byte[] Body(int size)
    {
        var body = new byte[size];
        for (var i = 0; i < size; i++)
        {
            body[i] = (byte)((i * 31) + (i >> 8));
        }

        return body;
    }
}
