using System.Text;

namespace Amqp.Property.ReferenceCodec;

/// <summary>Reads octets one at a time, most significant first; running out is an error.</summary>
internal sealed class RefInput(byte[] bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private int _at;

    public bool AtEnd => _at == bytes.Length;

    public int Left => bytes.Length - _at;

    public byte Octet() => _at < bytes.Length ? bytes[_at++] : throw new RefException("octets are missing");

    public ulong Number(int octets)
    {
        ulong value = 0;
        for (var i = 0; i < octets; i++)
        {
            value = (value * 256) + Octet();
        }

        return value;
    }

    public byte[] Take(ulong count)
    {
        if (count > (ulong)Left)
        {
            throw new RefException("a length reaches past the end");
        }

        byte[] taken = bytes[_at..(_at + (int)count)];
        _at += (int)count;
        return taken;
    }

    public byte[] LongString() => Take(Number(4));

    /// <summary>A short string: a length octet and UTF-8.</summary>
    public byte[] ShortString()
    {
        byte[] text = Take(Octet());
        try
        {
            StrictUtf8.GetString(text);
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw new RefException("a short string is not UTF-8");
        }
    }
}
