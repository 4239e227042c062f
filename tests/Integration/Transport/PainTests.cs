using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Simulation.Peers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>What users of other clients run into, each once; docs/pains.md lists them all.</summary>
public sealed class PainTests
{
    [Fact]
    public async Task Connecting_can_be_cancelled_after_every_octet_of_the_handshake()
    {
        byte[] handshake =
        [
            .. ScriptedPeer.MethodFrame(0, ScriptedPeer.StartMethod()),
            .. ScriptedPeer.MethodFrame(0, new ConnectionTune { ChannelMax = 10, FrameMax = 131072 }),
            .. ScriptedPeer.MethodFrame(0, new ConnectionOpenOk()),
        ];
        for (var octets = 0; octets < handshake.Length; octets++)
        {
            var peer = new PipePeer();
            using var cancel = new CancellationTokenSource();
            var connecting = peer.StartAsync(new AmqpConnectionOptions(), cancel.Token);
            peer.QueueRaw(handshake.AsSpan(0, octets));
            await peer.FlushAsync().Within();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
            await peer.LeftAsync().Within(); // the stream is closed, not forgotten
        }
    }

    [Fact]
    public async Task A_heartbeat_that_cannot_be_sent_ends_the_connection_and_nothing_else()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions(), heartbeat: 10);
        var call = client.Channel.DeclareQueueAsync("q");
        await client.BarrierAsync();
        await client.Peer.StopReadingAsync();
        client.Time.Advance(TimeSpan.FromSeconds(5));
        await client.Time.RunUntilAsync(client.Connection.Completion);
        Assert.IsAssignableFrom<AmqpConnectionClosedException>(client.Connection.CloseReason);
        await Assert.ThrowsAnyAsync<AmqpException>(() => call.Within());
    }

    [Fact]
    public async Task A_consumer_answered_after_its_caller_gave_up_is_cancelled_and_its_messages_go_back()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
        using var cancel = new CancellationTokenSource();
        var handled = 0;
        var subscribing = client.Channel.SubscribeAsync(
            "q",
            (_, _) =>
            {
                handled++;
                return default;
            },
            new ConsumeOptions { ConsumerTag = "late" },
            cancel.Token);
        await client.ReadUntilAsync(() => client.MethodsOn(1).Any(m => m is BasicConsume));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => subscribing.Within());

        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "late" });
        for (ulong tag = 1; tag <= 3; tag++)
        {
            client.Peer.QueueContent(
                1, new BasicDeliver { ConsumerTag = "late", DeliveryTag = tag, RoutingKey = "q" }, "body"u8);
        }

        await client.BarrierAsync();
        AmqpMethod[] due =
        [
            new BasicCancel { ConsumerTag = "late", NoWait = true },
            .. Enumerable.Range(1, 3).Select(tag => new BasicNack { DeliveryTag = (ulong)tag, Requeue = true }),
        ];
        Assert.Equal(due, client.MethodsOn(1).SkipWhile(m => m is not BasicCancel));
        Assert.Equal(0, handled);
        await client.Connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_consumer_that_is_tried_again_is_not_ended_by_the_cancel_of_its_first_try()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
        using var cancel = new CancellationTokenSource();
        var options = new ConsumeOptions { ConsumerTag = "worker" };
        var first = client.Channel.SubscribeAsync("q", (_, _) => default, options, cancel.Token);
        await client.ReadUntilAsync(() => client.MethodsOn(1).Any(m => m is BasicConsume));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within());
        var second = client.Channel.SubscribeAsync("q", (_, _) => default, options);

        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "worker" });
        await client.BarrierAsync();
        Assert.Equal(
            [MethodId.BasicConsume, MethodId.BasicCancel, MethodId.BasicConsume],
            client.MethodsOn(1).Where(m => m.Id != MethodId.ChannelOpen).Select(m => m.Id));
        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "worker" });
        await client.Peer.FlushAsync().Within();
        Assert.Equal("worker", (await second.Within()).ConsumerTag);
        await client.Connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_message_for_a_consumer_that_is_not_there_goes_back_and_is_logged()
    {
        var log = new PauseLog();
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions { LoggerFactory = log });
        client.Peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "nobody", DeliveryTag = 1, RoutingKey = "q" }, "body"u8);
        await client.BarrierAsync();
        Assert.Equal(new BasicNack { DeliveryTag = 1, Requeue = true }, client.MethodsOn(1).Last());
        await client.BarrierAsync(); // what is logged is logged behind the read
        Assert.Contains(log.Texts, text => text.Contains("delivery 1 is for no consumer", StringComparison.Ordinal));
        await client.Connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_channel_whose_close_is_not_answered_is_closed_after_the_timeout()
    {
        var client = await WatchedClient.OpenAsync(
            new AmqpConnectionOptions { RequestTimeout = TimeSpan.FromSeconds(5) });
        await SubscribeAsync(client, new ConsumeOptions { ConsumerTag = "c" }, (_, _) => default);
        var call = client.Channel.DeclareQueueAsync("never answered");
        var closing = client.Channel.CloseAsync();
        await Assert.ThrowsAsync<AmqpTimeoutException>(() => client.Time.RunUntilAsync(closing));
        Assert.False(client.Channel.IsOpen);
        await Assert.ThrowsAnyAsync<AmqpException>(() => call.Within());

        // What comes too late is for nobody.
        client.Peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1, RoutingKey = "q" }, "body"u8);
        client.Peer.Queue(1, new QueueDeclareOk { Queue = "never answered" });
        await client.BarrierAsync();
        Assert.IsType<ChannelClose>(client.MethodsOn(1).Last());
        client.Peer.Queue(1, new ChannelCloseOk());
        await client.BarrierAsync();
        Assert.True(client.Connection.IsOpen);
        Assert.Equal(1, (await client.OpenChannelAsync(1, new AmqpChannelOptions())).Number);
        await client.Connection.AbortAsync().Within();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(10, true)]
    public async Task A_peer_that_ignores_the_prefetch_does_not_fill_the_memory(ushort prefetch, bool isGlobal)
    {
        var log = new PauseLog();
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions { LoggerFactory = log });
        var qos = client.Channel.QosAsync(prefetch, global: isGlobal);
        client.Peer.Queue(1, new BasicQosOk());
        await client.Peer.FlushAsync().Within();
        await qos.Within();
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = await SubscribeAsync(
            client, new ConsumeOptions { ConsumerTag = "c" }, async (_, _) => await released.Task);
        var body = new byte[20_000];
        var flood = FloodAsync(client, 200, body);
        await log.Paused.Within();
        Assert.InRange(consumer.BufferedCount, prefetch, prefetch + 2 + (65_536 / body.Length) + 1);
        Assert.True(client.Connection.IsReadPaused);
        released.SetResult();
        await flood.Within(); // and yet nothing is lost
        await client.BarrierAsync();
        await client.Connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Settling_a_delivery_twice_or_one_that_needs_it_not_sends_nothing()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions(), new DuplexPipeConnector(_ => ValueTask.FromResult(broker.Connect()))).Within();
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }).Within();
        await channel.DeclareQueueAsync("q").Within();
        await channel.PublishAsync("", "q", default).Within();
        await channel.PublishAsync("", "q", default).Within();
        var misuses = new List<Exception?>();
        foreach (var noAck in (bool[])[false, true])
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await channel.QosAsync(1).Within();
            var consumer = await channel.SubscribeAsync(
                "q",
                async (delivery, _) =>
                {
                    if (!noAck)
                    {
                        await delivery.AckAsync();
                    }

                    misuses.Add(await Record.ExceptionAsync(() => delivery.AckAsync().AsTask()));
                    misuses.Add(await Record.ExceptionAsync(() => delivery.NackAsync().AsTask()));
                    misuses.Add(await Record.ExceptionAsync(() => delivery.RejectAsync().AsTask()));
                    done.TrySetResult();
                },
                new ConsumeOptions { NoAck = noAck }).Within();
            await done.Task.Within();
            await consumer.CancelAsync().Within();
            await channel.PublishAsync("", "q", default).Within();
        }

        Assert.Equal(0, misuses.Count(error => error is not AmqpMisuseException));
        Assert.True(misuses.Count >= 6);
        await Assert.ThrowsAsync<AmqpMisuseException>(() => channel.TxSelectAsync().Within());
        await channel.DeclareQueuePassiveAsync("q").Within(); // the channel is none the worse for it
    }

    [Fact]
    public async Task A_process_that_was_suspended_reads_what_came_meanwhile_before_it_gives_the_peer_up()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions(), heartbeat: 10);
        await client.BarrierAsync();

        // The timer beats the reader, which has the heartbeats of an hour before it.
        client.Time.Stall(TimeSpan.FromHours(1));
        client.Time.Advance(TimeSpan.Zero);
        Assert.True(client.Connection.IsOpen);
        await client.BarrierAsync();
        client.Time.Advance(TimeSpan.FromSeconds(1));
        await client.BarrierAsync();
        Assert.True(client.Connection.IsOpen);

        // A peer that has nothing to say is dead all the same.
        client.Time.Stall(TimeSpan.FromHours(1));
        client.Time.Advance(TimeSpan.FromSeconds(1));
        await client.Connection.Completion.Within();
        Assert.IsAssignableFrom<AmqpConnectionClosedException>(client.Connection.CloseReason);
    }

    [Fact]
    public async Task An_owned_body_stays_what_it_was_when_its_handler_has_ended()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
        var kept = new List<Delivery>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const int Count = 2_000;
        await SubscribeAsync(client, new ConsumeOptions { ConsumerTag = "c" }, (delivery, _) =>
        {
            kept.Add(delivery);
            if (kept.Count == Count)
            {
                all.SetResult();
            }

            return default;
        });
        for (var i = 0; i < Count; i++)
        {
            client.Peer.QueueContent(
                1,
                new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)i + 1, RoutingKey = "q" },
                Body(i));
            await client.Peer.FlushAsync().Within();
        }

        await all.Task.Within();
        await client.Connection.AbortAsync().Within(); // its buffers may be somebody else's by now
        Assert.All(kept.Index(), each => Assert.Equal(Body(each.Index), each.Item.Body.ToArray()));
    }

    [Fact]
    public async Task The_token_of_a_handler_is_cancelled_with_its_channel_and_not_before()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
        var token = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscribeAsync(client, new ConsumeOptions { ConsumerTag = "c" }, async (_, stop) =>
        {
            token.SetResult(stop);
            await using var registration = stop.Register(cancelled.SetResult);
            await cancelled.Task;
        });
        client.Peer.QueueContent(
            1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1, RoutingKey = "q" }, "body"u8);
        await client.BarrierAsync();
        Assert.False((await token.Task.Within()).IsCancellationRequested);
        client.Peer.Queue(1, new ChannelClose { ReplyCode = 406, ReplyText = "PRECONDITION_FAILED" });
        await client.Peer.FlushAsync().Within();
        await cancelled.Task.Within();
        Assert.True(client.Connection.IsOpen);
        await client.Connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_cancel_is_answered_although_the_consumers_buffer_is_full()
    {
        var log = new PauseLog();
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions { LoggerFactory = log });
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = await SubscribeAsync(
            client,
            new ConsumeOptions { ConsumerTag = "c", NoAck = true, BufferSize = 2 },
            async (_, _) => await released.Task);
        for (ulong tag = 1; tag <= 10; tag++)
        {
            client.Peer.QueueContent(
                1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = tag, RoutingKey = "q" }, "body"u8);
        }

        await client.Peer.FlushAsync().Within();
        await log.Paused.Within();
        var cancelling = consumer.CancelAsync();
        await client.ReadUntilAsync(() => client.MethodsOn(1).Any(m => m is BasicCancel));
        client.Peer.Queue(1, new BasicCancelOk { ConsumerTag = "c" });
        await client.Peer.FlushAsync().Within();
        await cancelling.Within(); // while the handler still has the first message
        Assert.False(consumer.Completion.IsCompleted);
        released.SetResult();
        await consumer.Completion.Within();
        await client.Connection.AbortAsync().Within();
    }

    [Theory]
    [InlineData(IoMode.Threaded)]
    [InlineData(IoMode.Async)]
    public async Task A_close_that_is_not_answered_closes_the_socket_all_the_same(IoMode mode)
    {
        await using var server = StrangeServer.Deaf();
        var options = AmqpConnectionOptions.Parse($"amqp://127.0.0.1:{server.Port}") with
        {
            IoMode = mode,
            CloseTimeout = TimeSpan.FromMilliseconds(100),
        };
        var connection = await AmqpConnection.ConnectAsync(options).Within();
        await connection.CloseAsync().Within();
        await server.Left.Within();
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(IoMode.Threaded)]
    [InlineData(IoMode.Async)]
    public async Task A_close_that_a_deaf_peer_leaves_unsent_takes_its_timeout_and_no_longer(IoMode? mode)
    {
        var client = await WatchedClient.OpenAsync(
            new AmqpConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(3) },
            peer: new PipePeer(socket: mode));
        var publish = client.Channel.PublishAsync("", "q", new byte[100_000]);
        var closing = client.Connection.CloseAsync();
        client.Time.Advance(TimeSpan.FromSeconds(3));
        await closing.Within(TimeSpan.FromSeconds(5));
        Assert.True((await Record.ExceptionAsync(() => publish.Within())) is null or AmqpException);
        await client.Peer.LeaveAsync();
    }

    [Theory]
    [InlineData(IoMode.Threaded, false)]
    [InlineData(IoMode.Threaded, true)]
    [InlineData(IoMode.Async, false)]
    [InlineData(IoMode.Async, true)]
    public async Task A_close_that_is_not_answered_takes_its_timeout_and_no_longer(IoMode mode, bool isSecure)
    {
        await using var broker = new InMemoryBroker();
        await using var listener = await broker.ListenAsync(0, isSecure ? BrokerTls.SelfSigned() : null);
        await using var relay = new TcpRelay("127.0.0.1", listener.Port);
        var time = new ManualTime();
        var connection = await AmqpConnection.ConnectAsync(new AmqpConnectionOptions
        {
            Endpoints = [new AmqpEndpoint("127.0.0.1", relay.Port)],
            Tls = isSecure ? new AmqpTlsOptions { RemoteCertificateValidation = (_, _, _, _) => true } : null,
            IoMode = mode,
            CloseTimeout = TimeSpan.FromSeconds(3),
            TimeProvider = time,
        }).Within();
        relay.Silence();
        var closing = connection.CloseAsync();
        time.Advance(TimeSpan.FromSeconds(3));
        await closing.Within(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_consumer_tag_that_is_too_long_is_refused_and_leaves_nothing_behind()
    {
        var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
        await Assert.ThrowsAsync<AmqpMisuseException>(() => client.Channel.SubscribeAsync(
            "q", (_, _) => default, new ConsumeOptions { ConsumerTag = new string('c', 256) }).Within());
        await client.BarrierAsync();
        Assert.DoesNotContain(client.MethodsOn(1), method => method is BasicConsume);

        var longest = new ConsumeOptions { ConsumerTag = new string('c', 255) };
        Assert.Equal(longest.ConsumerTag, (await SubscribeAsync(client, longest, (_, _) => default)).ConsumerTag);
        await client.Connection.AbortAsync().Within();
    }

    private static byte[] Body(int number) => [.. Enumerable.Repeat((byte)number, 1 + (number % 300))];

    private static async Task FloodAsync(WatchedClient client, int count, byte[] body)
    {
        for (var tag = 1; tag <= count; tag++)
        {
            client.Peer.QueueContent(
                1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)tag, RoutingKey = "q" }, body);
            await client.Peer.FlushAsync();
        }
    }

    private static async Task<AmqpConsumer> SubscribeAsync(
        WatchedClient client, ConsumeOptions options, Func<Delivery, CancellationToken, ValueTask> handle)
    {
        var subscribing = client.Channel.SubscribeAsync("q", handle, options);
        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = options.ConsumerTag });
        await client.Peer.FlushAsync().Within();
        return await subscribing.Within();
    }
}
