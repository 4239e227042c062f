using System.Text;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>Writes a server's frames with the reference encoder; knows no more than the frames need.</summary>
internal static class Server
{
    /// <summary>Start, tune and open-ok.</summary>
    public static byte[] Handshake(ulong channelMax = 2047, ulong frameMax = 131072, ulong heartbeat = 60) =>
    [
        .. Method(
            0,
            "connection.start",
            ("version-major", 0UL),
            ("version-minor", 9UL),
            ("server-properties", new List<RefEntry>
            {
                new(Encoding.UTF8.GetBytes("product"), new RefValue('S', Encoding.UTF8.GetBytes("RabbitMQ"))),
            }),
            ("mechanisms", "AMQPLAIN PLAIN"),
            ("locales", "en_US")),
        .. Method(0, "connection.tune", ("channel-max", channelMax), ("frame-max", frameMax), ("heartbeat", heartbeat)),
        .. Method(0, "connection.open-ok"),
    ];

    /// <summary>A method frame; arguments not named are zero, empty or false.</summary>
    public static byte[] Method(int channel, string name, params (string Name, object Value)[] args)
    {
        RefMethodSpec spec = RefSpec.Named(name);
        List<RefArg> all = [.. spec.Fields.Select(f => new RefArg(f, Value(f, args)))];
        return RefEncoder.Frame(new RefFrame(1, channel, RefEncoder.Method(new RefMethod(spec, all))));
    }

    /// <summary>A header frame and body frames; the body is cut at the given positions.</summary>
    public static List<byte[]> Content(int channel, byte[] properties, byte[] body, int[] cuts)
    {
        byte[] header = [0, 60, 0, 0, 0, 0, 0, 0, .. Four(body.Length), .. properties];
        List<byte[]> frames = [RefEncoder.Frame(new RefFrame(2, channel, header))];
        if (body.Length > 0)
        {
            frames.AddRange(Layouts.Pieces(body, cuts)
                .Select(piece => RefEncoder.Frame(new RefFrame(3, channel, piece.ToArray()))));
        }

        return frames;
    }

    private static byte[] Four(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static object Value(RefField field, (string Name, object Value)[] given)
    {
        foreach ((string name, object value) in given)
        {
            if (name == field.Name)
            {
                return value is string text ? Encoding.UTF8.GetBytes(text) : value;
            }
        }

        return field.Type switch
        {
            "bit" => false,
            "shortstr" or "longstr" => Array.Empty<byte>(),
            "table" => Array.Empty<RefEntry>(),
            _ => (object)0UL,
        };
    }
}
