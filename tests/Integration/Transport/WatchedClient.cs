using System.Buffers;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Integration.Support;
using Amqp.Simulation.Peers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>A client over pipes, in virtual time, whose every frame a test sees. Channel 1 is the one under test,
/// channel 2 belongs to <see cref="BarrierAsync"/>.</summary>
internal sealed class WatchedClient
{
    private readonly List<PeerFrame> _frames = [];
    private byte[] _unread = [];
    private bool _sawHeader;
    private int _barriers;

    private WatchedClient(PipePeer peer, ManualTime time)
    {
        Peer = peer;
        Time = time;
    }

    public PipePeer Peer { get; }

    public ManualTime Time { get; }

    public AmqpConnection Connection { get; private set; } = null!;

    public AmqpChannel Channel { get; private set; } = null!;

    /// <summary>What the client sent, as far as it was read.</summary>
    public IReadOnlyList<PeerFrame> Frames => _frames;

    /// <summary>Connects and opens both channels.</summary>
    public static async Task<WatchedClient> OpenAsync(
        AmqpConnectionOptions options, AmqpChannelOptions? channel = null, ushort heartbeat = 0, PipePeer? peer = null)
    {
        peer ??= new PipePeer();
        var time = new ManualTime();
        var client = new WatchedClient(peer, time);
        client.Connection = await peer.ConnectAsync(options with { TimeProvider = time }, heartbeat).Within();
        client.Channel = await client.OpenChannelAsync(1, channel ?? new AmqpChannelOptions());
        await client.OpenChannelAsync(2, new AmqpChannelOptions());
        return client;
    }

    /// <summary>Opens a channel on a number that is free.</summary>
    public async Task<AmqpChannel> OpenChannelAsync(ushort number, AmqpChannelOptions options)
    {
        var opening = Connection.OpenChannelAsync(options);
        Peer.Queue(number, new ChannelOpenOk());
        await Peer.FlushAsync().Within();
        if (options.PublisherConfirms)
        {
            var before = _frames.Count(f => f.Method is ConfirmSelect);
            await ReadUntilAsync(() => _frames.Count(f => f.Method is ConfirmSelect) > before);
            Peer.Queue(number, new ConfirmSelectOk());
            await Peer.FlushAsync().Within();
        }

        return await opening.Within();
    }

    /// <summary>Sends what was queued, and ends when the client has taken it in and all it wrote was read.</summary>
    public async Task BarrierAsync()
    {
        // The answer leaves behind everything that was written before the question was handled.
        Peer.Queue(2, new ChannelFlow { Active = true });
        _barriers++;
        var flush = Peer.FlushAsync();
        await ReadUntilAsync(() => _frames.Count(f => f.Channel == 2 && f.Method is ChannelFlowOk) >= _barriers);
        await flush.Within();
    }

    /// <summary>Reads frames of the client until what was read is enough.</summary>
    public async Task ReadUntilAsync(Func<bool> isEnough)
    {
        while (!isEnough())
        {
            var bytes = await Peer.TakeBytesAsync().Within();
            Assert.True(bytes.Length > 0, "the client's stream has ended");
            Parse(bytes);
        }
    }

    /// <summary>The bodies that were published on channel 1, in the order sent.</summary>
    public IEnumerable<string> Published() => _frames
        .Where(f => f.Channel == 1 && f.Type == FrameType.Body)
        .Select(f => Encoding.ASCII.GetString(f.Payload.Span));

    /// <summary>The methods that were sent on a channel.</summary>
    public IEnumerable<AmqpMethod> MethodsOn(ushort channel) =>
        _frames.Where(f => f.Channel == channel).Select(f => f.Method).OfType<AmqpMethod>();

    private void Parse(byte[] bytes)
    {
        _unread = [.. _unread, .. bytes];
        if (!_sawHeader && _unread.Length >= 8)
        {
            _sawHeader = true;
            _unread = _unread[8..];
        }

        if (!_sawHeader)
        {
            return;
        }

        var input = new ReadOnlySequence<byte>(_unread);
        var reader = new FrameReader(input, AmqpLimits.Default.MaxFrameSize);
        while (reader.TryRead(out var frame) == FrameReadStatus.Complete)
        {
            _frames.Add(new PeerFrame(frame.Type, frame.Channel, frame.Payload.ToArray()));
        }

        _unread = input.Slice(reader.Consumed).ToArray();
    }
}
