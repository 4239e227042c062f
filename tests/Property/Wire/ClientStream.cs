using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>Reads a client's bytes as a strict server would: with the reference decoder, in order.</summary>
internal sealed class ClientStream
{
    // What a client has a right to send: requests of its own, and answers to the server's.
    private static readonly string[] Answers =
    [
        "connection.start-ok", "connection.secure-ok", "connection.tune-ok", "connection.close-ok", "channel.flow-ok",
        "channel.close-ok",
    ];

    private static readonly string[] ServerOnly =
    [
        "connection.start", "connection.secure", "connection.tune", "connection.blocked", "connection.unblocked",
        "basic.return", "basic.deliver", "basic.get-empty",
    ];

    private readonly Dictionary<int, long> _missing = []; // channels in the middle of a message: -1 wants its header
    private bool _closed;

    /// <summary>Names of the methods that were sent.</summary>
    public List<string> Methods { get; } = [];

    /// <summary>How many whole messages were sent.</summary>
    public int Messages { get; private set; }

    /// <summary>Checks a whole stream.</summary>
    public static ClientStream Check(byte[] bytes, int frameMax, int channelMax)
    {
        Assert.Equal("414D515000000901", Convert.ToHexString(bytes[..8]));
        RefParse parse = RefDecoder.Frames(bytes[8..], frameMax - 8);
        Assert.Null(parse.Error);
        Assert.Equal(bytes.Length - 8, parse.Consumed);
        var stream = new ClientStream();
        foreach (RefFrame frame in parse.Frames)
        {
            Assert.InRange(frame.Channel, 0, channelMax);
            stream.Read(frame);
        }

        return stream;
    }

    private void Read(RefFrame frame)
    {
        string text = frame.ToString();

        // A server that closes twice, which it may not, is answered twice.
        Assert.True(!_closed || text == "ch=0 connection.close-ok", $"after the close: {text}");
        bool inMessage = _missing.TryGetValue(frame.Channel, out long missing);
        switch (frame.Type)
        {
            case 1:
                Assert.False(inMessage, $"in the middle of a message: {frame}");
                Method(frame.Channel, RefDecoder.Method(frame.Payload, new RefLimits(128, int.MaxValue)));
                break;
            case 2:
                Assert.True(inMessage && missing == -1, $"out of place: {frame}");
                Note(frame.Channel, (long)RefDecoder.Header(frame.Payload, new RefLimits(128, int.MaxValue)).BodySize);
                break;
            case 3:
                Assert.True(inMessage && missing > 0 && frame.Payload.Length > 0, $"out of place: {frame}");
                Assert.InRange(frame.Payload.Length, 1, missing);
                Note(frame.Channel, missing - frame.Payload.Length);
                break;
            default:
                Assert.Equal((0, 0), (frame.Channel, frame.Payload.Length));
                break;
        }
    }

    private void Method(int channel, RefMethod method)
    {
        string name = method.Spec.Name;
        Assert.Equal(channel == 0, method.Spec.ClassId == 10);
        bool mine = !ServerOnly.Contains(name) && (!name.EndsWith("-ok") || Answers.Contains(name));
        Assert.True(mine, $"a client has no right to send {name}");
        Methods.Add(name);
        if (name == "basic.publish")
        {
            _missing[channel] = -1;
        }

        _closed |= name == "connection.close-ok";
    }

    private void Note(int channel, long missing)
    {
        _missing[channel] = missing;
        if (missing == 0)
        {
            _missing.Remove(channel);
            Messages++;
        }
    }
}
