using System.Text;

namespace Amqp.Engine.Session;

/// <summary>Turns short strings of the wire into .NET strings without allocating for those seen lately: consumer tags,
/// exchanges and routing keys repeat. Bounded: each place holds one string, and a newcomer replaces it.</summary>
/// <remarks>A short session has few names, so the places are few until two names meet.</remarks>
internal sealed class StringCache
{
    private const int FewestPlaces = 32;
    private const int MostPlaces = 256;

    private byte[]?[] _bytes = new byte[FewestPlaces][];
    private string[] _strings = new string[FewestPlaces];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        int place = Place(utf8);
        byte[]? known = _bytes[place];
        if (known is not null && utf8.SequenceEqual(known))
        {
            return _strings[place];
        }

        if (known is not null && _bytes.Length < MostPlaces)
        {
            // What was known is forgotten, which costs each name one string.
            _bytes = new byte[MostPlaces][];
            _strings = new string[_bytes.Length];
            place = Place(utf8);
        }

        _bytes[place] = utf8.ToArray();
        return _strings[place] = Encoding.UTF8.GetString(utf8);
    }

    // Length, first, middle and last octets: enough to spread the few names that a connection uses.
    private int Place(ReadOnlySpan<byte> utf8)
    {
        uint mix = (uint)(utf8.Length * 31) + utf8[0];
        mix = (mix * 31) + utf8[utf8.Length / 2];
        mix = (mix * 31) + utf8[^1];
        return (int)((mix ^ (mix >> 8)) % (uint)_bytes.Length);
    }
}
