using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>A peer must not make the client's output grow without end, nor its memory.</summary>
public sealed class OutputBoundTests
{
    private const int Bound = 64 * 1024;

    // Each is answered by a frame of its own length.
    private const int FlowFrame = 13;
    private const int Flows = 200_000;

    [Fact]
    public async Task A_peer_that_asks_and_never_reads_is_no_longer_read_until_it_does()
    {
        var peer = new PipePeer();
        var log = new PauseLog();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions
        {
            Limits = AmqpLimits.Default with { MaxOutgoingBytes = Bound },
            LoggerFactory = log,
        }).Within();
        var opening = connection.OpenChannelAsync();
        peer.Queue(1, new ChannelOpenOk());
        await peer.FlushAsync().Within();
        await opening.Within();

        var flood = FloodAsync(peer);
        await log.Paused.Within();
        Assert.False(flood.IsCompleted);
        Assert.True(connection.IsReadPaused);
        Assert.InRange(connection.PendingOutputBytes, Bound, 4 * Bound);

        // Every question is answered once the peer reads, and the connection has come to no harm.
        long taken = 0;
        while (taken < (long)Flows * FlowFrame)
        {
            taken += await peer.TakeAsync().Within();
        }

        await flood.Within();
        Assert.True(connection.IsOpen);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_publisher_waits_while_a_peer_that_does_not_read_leaves_too_much_unsent()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions { MaxPendingOutputBytes = Bound }).Within();
        var channel = await peer.OpenChannelAsync(connection).Within();
        var body = new byte[10_000];
        Task waiting;
        var publishes = 0;
        do
        {
            waiting = channel.PublishAsync("", "q", body).AsTask();
            Assert.InRange(++publishes, 1, 100);
        }
        while (waiting.IsCompletedSuccessfully);

        var next = channel.PublishAsync("", "q", body).AsTask();
        Assert.False(next.IsCompleted);
        Assert.InRange(connection.PendingOutputBytes, Bound, Bound + (2 * body.Length));
        var both = Task.WhenAll(waiting, next);
        while (!both.IsCompleted)
        {
            var taking = peer.TakeAsync();
            await Task.WhenAny(taking, both).Within();
        }

        await both.Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_paused_connection_can_be_closed()
    {
        var peer = new PipePeer();
        var log = new PauseLog();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions
        {
            Limits = AmqpLimits.Default with { MaxOutgoingBytes = Bound },
            CloseTimeout = TimeSpan.FromSeconds(1),
            LoggerFactory = log,
        }).Within();
        var opening = connection.OpenChannelAsync();
        peer.Queue(1, new ChannelOpenOk());
        await peer.FlushAsync().Within();
        await opening.Within();

        _ = FloodAsync(peer);
        await log.Paused.Within();
        await connection.CloseAsync().Within();
        Assert.False(connection.IsOpen);
        Assert.Equal(0, connection.PendingOutputBytes);
    }

    [Fact]
    public async Task An_announced_body_costs_memory_only_as_it_comes()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions
        {
            Limits = AmqpLimits.Default with { MaxBodySize = Array.MaxLength },
        }).Within();
        var channel = await peer.OpenChannelAsync(connection).Within();
        var getting = channel.GetAsync("q");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        peer.QueueStartOfContent(1, new BasicGetOk { DeliveryTag = 1 }, (ulong)Array.MaxLength, new byte[100_000]);
        peer.Queue(0, new ConnectionClose { ReplyCode = (ushort)ReplyCode.ConnectionForced, ReplyText = "enough" });
        await peer.FlushAsync().Within();
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => getting.Within());

        // Other tests allocate meanwhile, but none by the gigabyte.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1L << 30);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Tls_options_are_not_given_to_a_connector_that_speaks_in_clear_text()
    {
        var options = AmqpConnectionOptions.Parse("amqps://localhost");
        var error = await Assert.ThrowsAsync<ArgumentException>(
            () => AmqpConnection.ConnectAsync(options, SocketConnector.Default));
        Assert.Contains("Tls", error.Message, StringComparison.Ordinal);
    }

    private static async Task FloodAsync(PipePeer peer)
    {
        for (var i = 0; i < Flows; i++)
        {
            peer.Queue(1, new ChannelFlow { Active = i % 2 == 1 });
            if (i % 100 == 99)
            {
                await peer.FlushAsync();
            }
        }
    }
}
