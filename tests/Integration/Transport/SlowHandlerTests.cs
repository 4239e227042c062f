using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Handlers that are slower than the peer: what waits for them is bounded, and nothing is lost.</summary>
public sealed class SlowHandlerTests
{
    private const int Flood = 20_000;

    private readonly PipePeer _peer = new();
    private readonly PauseLog _log = new();
    private readonly ManualResetEventSlim _released = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _handled;

    [Fact]
    public async Task Reading_pauses_while_many_returned_messages_wait_for_a_handler()
    {
        var connection = await ConnectAsync();
        var channel = await _peer.OpenChannelAsync(connection).Within();
        var bodies = new List<byte>();
        channel.Returned += message =>
        {
            bodies.Add(message.Body.Span[0]);
            Handle();
        };
        await FloodAsync(connection, i => _peer.QueueContent(
            1,
            new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE", RoutingKey = "nowhere" },
            [(byte)(i % 251)]));
        Assert.Equal(Enumerable.Range(0, Flood).Select(i => (byte)(i % 251)), bodies);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Reading_pauses_while_many_alarms_wait_for_a_handler()
    {
        var connection = await ConnectAsync();
        connection.Blocked += _ => Handle();
        connection.Unblocked += Handle;
        await FloodAsync(
            connection, i => _peer.Queue(0, i % 2 == 0 ? new ConnectionBlocked() : new ConnectionUnblocked()));
        Assert.False(connection.IsBlocked);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Reading_pauses_while_the_buffer_of_a_consumer_without_acknowledgements_is_full()
    {
        var connection = await ConnectAsync();
        var channel = await _peer.OpenChannelAsync(connection).Within();
        await SubscribeAsync(channel, new ConsumeOptions { NoAck = true, ConsumerTag = "c", BufferSize = 100 });
        await FloodAsync(connection, i => _peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)i + 1, RoutingKey = "q" }, [1]));
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_later_prefetch_does_not_lift_the_bound_of_a_running_consumer()
    {
        var connection = await ConnectAsync();
        var channel = await _peer.OpenChannelAsync(connection).Within();
        await SubscribeAsync(channel, new ConsumeOptions { ConsumerTag = "c", BufferSize = 100 });
        var qos = channel.QosAsync(1);
        _peer.Queue(1, new BasicQosOk());
        await _peer.FlushAsync().Within();
        await qos.Within();
        await FloodAsync(connection, i => _peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)i + 1, RoutingKey = "q" }, [1]));
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Reading_pauses_while_many_bytes_wait_for_a_handler()
    {
        var connection = await ConnectAsync(new AmqpConnectionOptions
        {
            Limits = AmqpLimits.Default with { MaxBufferedBytes = 1_000_000 },
        });
        var channel = await _peer.OpenChannelAsync(connection).Within();
        await SubscribeAsync(channel, new ConsumeOptions { NoAck = true, ConsumerTag = "c", BufferSize = Flood });
        var body = new byte[1000];
        await FloodAsync(connection, i => _peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)i + 1, RoutingKey = "q" }, body));
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_full_buffer_does_not_keep_a_connection_from_closing()
    {
        var connection = await ConnectAsync(new AmqpConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(1) });
        connection.Unblocked += Handle;
        var flood = SendFloodAsync(_ => _peer.Queue(0, new ConnectionUnblocked()));
        await _log.Paused.Within();
        await connection.CloseAsync().Within();
        Assert.False(connection.IsOpen);
        _released.Set();
        await flood.Within();
    }

    private async Task SubscribeAsync(AmqpChannel channel, ConsumeOptions options)
    {
        var subscribing = channel.SubscribeAsync(
            "q",
            (_, _) =>
            {
                Handle();
                return default;
            },
            options);
        _peer.Queue(1, new BasicConsumeOk { ConsumerTag = options.ConsumerTag });
        await _peer.FlushAsync().Within();
        await subscribing.Within();
    }

    private void Handle()
    {
        // The test's own deadline is far below this one, which is only there to end a run that went wrong.
        _released.Wait(TimeSpan.FromMinutes(1));
        if (++_handled == Flood)
        {
            _done.SetResult();
        }
    }

    private Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions? options = null) =>
        _peer.ConnectAsync((options ?? new AmqpConnectionOptions()) with { LoggerFactory = _log }).Within();

    // What one handler cannot take stays with the peer, and comes when the handler is ready.
    private async Task FloodAsync(AmqpConnection connection, Action<int> queue)
    {
        var flood = SendFloodAsync(queue);
        await _log.Paused.Within();
        Assert.False(flood.IsCompleted);
        Assert.True(connection.IsReadPaused);
        _released.Set();
        await flood.Within();
        await _done.Task.Within();
        Assert.True(connection.IsOpen);
    }

    private async Task SendFloodAsync(Action<int> queue)
    {
        for (var i = 0; i < Flood; i++)
        {
            queue(i);
            if (i % 100 == 99)
            {
                await _peer.FlushAsync();
            }
        }
    }
}
