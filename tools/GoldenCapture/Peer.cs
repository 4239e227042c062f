using System.Net.Sockets;
using Amqp.Property.ReferenceCodec;

namespace Amqp.GoldenCapture;

/// <summary>A blocking client on one socket that keeps every frame of both directions in order.</summary>
internal sealed class Peer : IDisposable
{
    private const int ReadTimeoutMs = 20_000;
    private const int MaxPayload = 1 << 20;

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private byte[] _unread = [];

    public Peer(string host, int port)
    {
        _tcp = new TcpClient(host, port) { NoDelay = true, ReceiveTimeout = ReadTimeoutMs };
        _stream = _tcp.GetStream();
    }

    public List<Record> Records { get; } = [];

    /// <summary>The server's connection.start, once it came.</summary>
    public RefMethod? Start { get; private set; }

    public void ProtocolHeader(byte major, byte minor, byte revision)
    {
        byte[] bytes = [.. "AMQP"u8, 0, major, minor, revision];
        Raw(bytes, Header(bytes));
    }

    /// <summary>Sends a method. Arguments not named are zero, empty or false.</summary>
    public void Send(int channel, string method, params (string Name, object Value)[] args)
    {
        RefMethodSpec spec = RefSpec.Named(method);
        List<RefArg> all = [.. spec.Fields.Select(field => new RefArg(field, Value(field, args)))];
        Frame(new RefFrame(1, channel, RefEncoder.Method(new RefMethod(spec, all))));
    }

    /// <summary>Sends a content header, and the body in frames of <paramref name="maxPayload"/> octets.</summary>
    public void Content(int channel, byte[] body, int maxPayload, params (string Name, object Value)[] properties)
    {
        List<RefArg> present =
        [
            .. RefSpec.Properties
                .Where(field => properties.Any(p => p.Name == field.Name))
                .Select(field => new RefArg(field, Value(field, properties))),
        ];
        Frame(new RefFrame(2, channel, RefEncoder.Header(new RefHeader(60, (ulong)body.Length, present))));
        for (var at = 0; at < body.Length; at += maxPayload)
        {
            Frame(new RefFrame(3, channel, body[at..Math.Min(body.Length, at + maxPayload)]));
        }
    }

    public void Frame(RefFrame frame) => Raw(RefEncoder.Frame(frame), RefListing.Frame(frame));

    /// <summary>Sends octets as they are.</summary>
    public void Raw(byte[] bytes, string listing)
    {
        Records.Add(new Record('C', bytes, listing));
        _stream.Write(bytes);
    }

    /// <summary>Reads frames until one of these methods comes.</summary>
    public RefMethod Expect(params string[] methods)
    {
        while (true)
        {
            RefFrame frame = ReadFrame()
                ?? throw new InvalidOperationException($"the stream ended before {methods[0]}");
            if (frame.Type != 1)
            {
                continue;
            }

            RefMethod read = RefDecoder.Method(frame.Payload);
            Start ??= read.Spec.Name == "connection.start" ? read : null;
            if (methods.Contains(read.Spec.Name))
            {
                return read;
            }

            if (read.Spec.Name.EndsWith(".close", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"instead of {methods[0]}: {read}");
            }
        }
    }

    /// <summary>Reads frames until both methods came, in either order.</summary>
    public void ExpectBoth(string one, string other)
    {
        RefMethod first = Expect(one, other);
        Expect(first.Spec.Name == one ? other : one);
    }

    /// <summary>Reads frames until the method, its header and its whole body are in.</summary>
    public RefMethod ExpectContent(string method)
    {
        RefMethod read = Expect(method);
        RefHeader header = RefDecoder.Header(ReadFrame()!.Payload);
        long missing = (long)header.BodySize;
        while (missing > 0)
        {
            missing -= ReadFrame()!.Payload.Length;
        }

        return read;
    }

    /// <summary>Reads the frame that is next; null when the stream has ended.</summary>
    public RefFrame? ReadFrame()
    {
        while (true)
        {
            RefParse parse = RefDecoder.Frames(_unread, MaxPayload);
            if (parse.Frames.Count > 0)
            {
                RefFrame frame = parse.Frames[0];
                byte[] bytes = _unread[..(frame.Payload.Length + 8)];
                _unread = _unread[bytes.Length..];
                Records.Add(new Record('S', bytes, RefListing.Frame(frame)));
                return frame;
            }

            if (parse.Error is not null)
            {
                throw new InvalidOperationException(parse.Error);
            }

            if (!Fill())
            {
                return null;
            }
        }
    }

    /// <summary>Reads the 8 octets with which a server refuses a protocol version.</summary>
    public void ExpectProtocolHeader()
    {
        while (_unread.Length < 8 && Fill())
        {
        }

        Records.Add(new Record('S', _unread, Header(_unread)));
        _unread = [];
    }

    public void Dispose() => _tcp.Dispose();

    private static string Header(byte[] bytes) => $"protocol header {bytes[5]}-{bytes[6]}-{bytes[7]}";

    private static object Value(RefField field, (string Name, object Value)[] given)
    {
        foreach ((string name, object value) in given)
        {
            if (name == field.Name)
            {
                return value switch
                {
                    string text => System.Text.Encoding.UTF8.GetBytes(text),
                    int number => (ulong)number,
                    _ => value,
                };
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

    private bool Fill()
    {
        var buffer = new byte[65536];
        int read = _stream.Read(buffer);
        _unread = [.. _unread, .. buffer.AsSpan(0, read)];
        return read > 0;
    }
}
