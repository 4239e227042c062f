using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>
/// A whole session as data: handshake, channels, calls with their replies, publishes with confirms and returns,
/// deliveries of interleaved channels, closes, and now and then damage.
/// </summary>
internal sealed partial class Conversation
{
    private const int Channels = 3;
    private const int FrameMax = 4096;

    private readonly Draw _draw;
    private readonly List<Step> _steps = [];
    private readonly ulong[] _published = new ulong[Channels + 1];
    private readonly ulong[] _delivered = new ulong[Channels + 1];

    private Conversation(Draw draw) => _draw = draw;

    /// <summary>The options the session is made with.</summary>
    public static SessionOptions Options { get; } = new()
    {
        FrameMax = FrameMax,
        ChannelMax = Channels,
        Limits = AmqpLimits.Default with { MaxBodySize = 20_000 },
    };

    /// <summary>A conversation in which the server keeps to the protocol until a last step may be damaged.</summary>
    public static Step[] Make(Draw draw)
    {
        var made = new Conversation(draw);
        made.Open();
        int turns = draw.Int(1, 4);
        for (var i = 0; i < turns; i++)
        {
            made.Turn();
        }

        made.End();
        return [.. made._steps];
    }

    private void Open()
    {
        ulong frameMax = _draw.Pick<ulong>(0, 4096, 131072);
        byte[] handshake = Server.Handshake(_draw.Pick<ulong>(0, Channels, 2047), frameMax, _draw.Pick<ulong>(0, 60));
        switch (_draw.Int(0, 19))
        {
            case 0:
                handshake = Mutations.Mutate(_draw, handshake);
                break;
            case 1:
                handshake = Banner();
                break;
        }

        _steps.Add(new Step([], handshake));
        var numbers = Enumerable.Range(1, Channels);
        _steps.Add(new Step(
            [.. numbers.Select(n => Step.Command($"open {n}", s => s.OpenChannel(out _, out _)))],
            [.. numbers.SelectMany(n => Server.Method(n, "channel.open-ok"))]));
    }

    // What answers on a port where no AMQP 0-9-1 is spoken.
    private byte[] Banner()
    {
        byte[] banner = _draw.Pick(
            "AMQP\0\0\x09\0"u8.ToArray(),
            "AMQP\x03\x01\0\0"u8.ToArray(),
            "HTTP/1.1 400 Bad Request"u8.ToArray(),
            "220 ready"u8.ToArray(),
            [0x15, 3, 1, 0, 2, 2, 22],
            [8, 0, 0, 0, 0, 0, 0, 0xCE, .. "HTTP and a heartbeat before"u8],
            _draw.Bytes(_draw.Int(0, 20)));
        return _draw.OneIn(3) ? Mutations.Mutate(_draw, banner) : banner;
    }

    // On each channel: some calls and publishes, and the server's frames for them in an order of their own.
    private void Turn()
    {
        List<(string Name, Func<AmqpSession, string> Run)> commands = [];
        var queues = new List<Queue<byte[]>>();
        for (ushort channel = 1; channel <= Channels; channel++)
        {
            var frames = new Queue<byte[]>();
            int count = _draw.Int(0, 3);
            for (var i = 0; i < count; i++)
            {
                Act(channel, commands, frames);
            }

            queues.Add(frames);
        }

        queues.Add(new Queue<byte[]>(_draw.List(_draw.Int(0, 2), OnChannelZero)));
        var server = new List<byte>();
        while (queues.Any(q => q.Count > 0))
        {
            server.AddRange(_draw.Pick<Queue<byte[]>>([.. queues.Where(q => q.Count > 0)]).Dequeue());
        }

        _steps.Add(new Step(commands, [.. server]));
    }

    private byte[] OnChannelZero() => _draw.Int(0, 2) switch
    {
        0 => RefEncoder.Frame(new RefFrame(8, 0, [])),
        1 => Server.Method(0, "connection.blocked", ("reason", _draw.Text())),
        _ => Server.Method(0, "connection.unblocked"),
    };

    private void End()
    {
        switch (_draw.Int(0, 5))
        {
            case 0:
                byte[] close = Server.Method(0, "connection.close", ("reply-code", 320UL), ("reply-text", "bye"));
                _steps.Add(new Step([], [.. close, .. _draw.Bytes(_draw.Int(0, 3))]));
                break;
            case 1:
                _steps.Add(new Step(
                    [Step.Command("close", s => s.Close(ReplyCode.Success, "bye", MonoTime.Zero))],
                    [.. Delivery(1).SelectMany(f => f), .. Server.Method(0, "connection.close-ok")]));
                break;
            case 2:
                byte[] frames = [.. Delivery(2).SelectMany(f => f), .. RefGens.Frames(_draw)];
                _steps.Add(new Step([], Mutations.Mutate(_draw, frames)));
                break;
            case 3:
                _steps.Add(new Step([], RefGens.Frames(_draw)));
                break;
        }
    }
}
