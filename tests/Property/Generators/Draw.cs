using System.Text;
using Amqp.Engine.Base;

namespace Amqp.Property.Generators;

/// <summary>Random choices for building one case by ordinary code; FsCheck gives the seed and the size.</summary>
/// <remarks>Shrinking is not done here: FsCheck 3 shrinks values, not choices (see the Shrink classes).</remarks>
public sealed class Draw
{
    private static readonly string[] Letters =
    [
        "a", "k", "Z", "0", ".", "#", "*", " ", "\0", "\"", "ü", "€", "日", "😀"
    ];

    private Prng _prng;

    /// <summary>Starts the stream.</summary>
    public Draw(ulong seed, int size)
    {
        _prng = new Prng(seed);
        Size = size;
    }

    /// <summary>FsCheck's size, growing from 1 to 100 over a run: the scale of lists and depths.</summary>
    public int Size { get; }

    /// <summary>64 random bits.</summary>
    public ulong Bits() => _prng.NextUInt64();

    /// <summary>A number from <paramref name="lowest"/> to <paramref name="highest"/>, both included.</summary>
    public int Int(int lowest, int highest) => lowest + _prng.NextInt32(highest - lowest + 1);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => _prng.Chance(1, times);

    /// <summary>One of the items.</summary>
    public T Pick<T>(params IReadOnlyList<T> items) => items[_prng.NextInt32(items.Count)];

    /// <summary>A 64-bit number; corners (0, 1, all ones, single bits, their neighbours) half of the time.</summary>
    public ulong Number()
    {
        if (OneIn(2))
        {
            return Bits();
        }

        ulong power = 1UL << Int(0, 63);
        return Pick<ulong>(0UL, 1UL, ulong.MaxValue, long.MaxValue, power, power - 1, power + 1, 0UL - power);
    }

    /// <summary>Random bytes.</summary>
    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)Bits();
        }

        return bytes;
    }

    /// <summary>A length: mostly up to the size, now and then 0, 1 or <paramref name="highest"/>.</summary>
    public int Length(int highest) => Int(0, 9) switch
    {
        0 => 0,
        1 => Math.Min(1, highest),
        2 when OneIn(3) => highest,
        _ => Int(0, Math.Min(highest, Size)),
    };

    /// <summary>Text of at most <paramref name="maxBytes"/> bytes of UTF-8, of one to four bytes a character.</summary>
    public string Text(int maxBytes = 255)
    {
        int wanted = Length(maxBytes);
        var text = new StringBuilder();
        var length = 0;
        while (length < wanted)
        {
            string letter = Pick(Letters);
            int bytes = Encoding.UTF8.GetByteCount(letter);
            letter = length + bytes <= wanted ? letter : "a";
            length += Encoding.UTF8.GetByteCount(letter);
            text.Append(letter);
        }

        return text.ToString();
    }

    /// <summary>A list whose items are made one by one.</summary>
    public T[] List<T>(int count, Func<T> make)
    {
        var items = new T[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = make();
        }

        return items;
    }
}
