using System.Text;

namespace Amqp.Simulation.Trace;

/// <summary>
/// The 64-bit FNV-1a hash: small, the same on every machine, and good enough to tell two traces apart. Not for secrets.
/// </summary>
public struct Fnv1a64
{
    private const ulong OffsetBasis = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    private ulong _state;
    private bool _started;

    /// <summary>The hash of everything added so far.</summary>
    public readonly ulong Value => _started ? _state : OffsetBasis;

    /// <summary>The hash of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>64 bits.</returns>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = default(Fnv1a64);
        hash.Add(bytes);
        return hash.Value;
    }

    /// <summary>Adds bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong state = Value;
        foreach (byte b in bytes)
        {
            state = unchecked((state ^ b) * Prime);
        }

        _state = state;
        _started = true;
    }

    /// <summary>Adds a line of text, as UTF-8 with a line feed behind it.</summary>
    /// <param name="line">The text.</param>
    public void AddLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Span<byte> buffer = line.Length <= 300
            ? stackalloc byte[(3 * line.Length) + 1]
            : new byte[(3 * line.Length) + 1];
        int count = Encoding.UTF8.GetBytes(line, buffer);
        buffer[count] = (byte)'\n';
        Add(buffer[..(count + 1)]);
    }
}
