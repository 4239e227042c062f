using System.Text;
using System.Text.Unicode;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker;

/// <summary>
/// Properties as RabbitMQ takes them: it does not look whether their texts are UTF-8, and hands on their octets as they
/// came. What is shown of such a text has "?" in place of what is no character.
/// </summary>
internal static class PropertyText
{
    /// <summary>
    /// The kinds of the fourteen properties in the order of their flags: text, table, octet or timestamp.
    /// </summary>
    private const string Kinds = "ssToosssstssss";

    public static BasicProperties? Read(ReadOnlySpan<byte> header, AmqpLimits limits) =>
        BasicProperties.TryRead(header, limits, out BasicProperties? properties, out _)
            || (Repair(header) is { } repaired && BasicProperties.TryRead(repaired, limits, out properties, out _))
            ? properties
            : null;

    //   0                2
    //   +----------------+------------------+
    //   | property flags | property list…   |  AMQP 0-9-1 §4.2.6.1; bit 15 is the first property
    //   +----------------+------------------+
    private static byte[]? Repair(ReadOnlySpan<byte> header)
    {
        byte[] octets = header.ToArray();
        int flags = octets.Length < 2 ? 0 : (octets[0] << 8) | octets[1];
        int at = 2;
        for (int i = 0; i < Kinds.Length; i++)
        {
            if ((flags & (1 << (15 - i))) == 0)
            {
                continue;
            }

            int room = octets.Length - at;
            int size = Kinds[i] switch
            {
                'o' => 1,
                't' => 8,
                's' => room < 1 ? 1 : 1 + octets[at],
                _ => room < 4 ? 4 : 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(at)),
            };
            if (size < 0 || size > room)
            {
                return null;
            }

            if (Kinds[i] == 's')
            {
                Repair(octets.AsSpan(at + 1, size - 1));
            }

            at += size;
        }

        return octets;
    }

    private static void Repair(Span<byte> text)
    {
        while (!Utf8.IsValid(text))
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int used);
            if (rune == Rune.ReplacementChar && !text.StartsWith("\uFFFD"u8))
            {
                text[..used].Fill((byte)'?');
            }

            text = text[used..];
        }
    }
}
