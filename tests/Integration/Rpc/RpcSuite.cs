using System.Text;
using Amqp.Engine.Spec;
using Amqp.Integration.Brokers;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Rpc;

/// <summary>Requests and replies: the same tests against the fake broker and a real RabbitMQ.</summary>
public abstract class RpcSuite(IBrokerUnderTest broker) : IAsyncLifetime
{
    private readonly List<AmqpConnection> _connections = [];

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync().Within();
        }
    }

    [SkippableFact]
    public async Task A_call_gets_the_servers_reply_with_its_properties()
    {
        var (connection, queue) = await ConnectAsync();
        await using var server = await RpcServer.StartAsync(connection, queue, Shout).Within();
        await using var client = await RpcClient.StartAsync(connection).Within();
        var reply = await client.CallAsync(queue, Bytes("hello")).Within();
        Assert.Equal("HELLO", Text(reply));
        Assert.Equal("text/plain", reply.Properties.ContentType);
        Assert.Equal(0, client.PendingCalls);
        Assert.Equal(1, server.HandledRequests);
    }

    [SkippableFact]
    public async Task Calls_that_overlap_get_each_its_own_reply_in_whatever_order_they_come()
    {
        var (connection, queue) = await ConnectAsync();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcServer.StartAsync(
            connection,
            queue,
            async (request, _) =>
            {
                // The first request is answered behind the last one.
                if (Text(request) == "0")
                {
                    await first.Task;
                }
                else if (Text(request) == "99")
                {
                    first.SetResult();
                }

                return new RpcReply(Bytes($"re {Text(request)}"));
            },
            new RpcServerOptions { MaxConcurrency = 8 }).Within();
        await using var client = await RpcClient.StartAsync(await AgainAsync()).Within();
        var calls = Enumerable.Range(0, 100).Select(i => client.CallAsync(queue, Bytes($"{i}"))).ToList();
        var replies = await Task.WhenAll(calls).Within();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"re {i}"), replies.Select(Text));
        Assert.Equal(0, client.LateReplies);
    }

    [SkippableFact]
    public async Task A_call_to_a_queue_that_is_not_there_fails_at_once()
    {
        var (connection, queue) = await ConnectAsync();
        await using var client = await RpcClient.StartAsync(connection).Within();
        var error = await Assert.ThrowsAsync<PublishReturnedException>(
            () => client.CallAsync($"{queue}.missing", Bytes("hello")).Within());
        Assert.Equal(ReplyCode.NoRoute, error.Returned.ReplyCode);
        Assert.True(client.IsOpen);
        Assert.Equal(0, client.PendingCalls);
    }

    [SkippableFact]
    public async Task A_call_without_a_reply_ends_after_its_time_and_a_late_reply_is_nobodys()
    {
        var (connection, queue) = await ConnectAsync();
        await using var client = await RpcClient.StartAsync(connection).Within();
        await Assert.ThrowsAsync<AmqpTimeoutException>(
            () => client.CallAsync(queue, Bytes("slow"), timeout: TimeSpan.FromMilliseconds(30)).Within());
        Assert.Equal(0, client.PendingCalls);
        await using var server = await RpcServer.StartAsync(connection, queue, Shout).Within();
        Assert.Equal("QUICK", Text(await client.CallAsync(queue, Bytes("quick")).Within()));
        Assert.Equal(1, client.LateReplies);
    }

    [SkippableFact]
    public async Task A_call_can_be_cancelled()
    {
        var (connection, queue) = await ConnectAsync();
        await using var client = await RpcClient.StartAsync(connection).Within();
        using var cancel = new CancellationTokenSource();
        var call = client.CallAsync(queue, Bytes("x"), cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within());
        Assert.Equal(0, client.PendingCalls);
    }

    [SkippableFact]
    public async Task A_handler_that_throws_is_an_error_of_the_call_whose_text_is_kept_unless_it_may_be_sent()
    {
        var (connection, queue) = await ConnectAsync();
        await using var client = await RpcClient.StartAsync(connection).Within();
        await using (await RpcServer.StartAsync(connection, queue, Fail).Within())
        {
            var error = await Assert.ThrowsAsync<RpcFailedException>(
                () => client.CallAsync(queue, Bytes("x")).Within());
            Assert.DoesNotContain("secret", error.Message);
        }

        var open = new RpcServerOptions { SendErrorText = true };
        await using (await RpcServer.StartAsync(connection, queue, Fail, open).Within())
        {
            var error = await Assert.ThrowsAsync<RpcFailedException>(
                () => client.CallAsync(queue, Bytes("x")).Within());
            Assert.Equal("secret", error.Message);
        }

        // Settled both, not requeued.
        var channel = await connection.OpenChannelAsync().Within();
        Assert.Null(await channel.GetAsync(queue).Within());
    }

    [SkippableFact]
    public async Task A_call_fails_when_its_connection_closes()
    {
        var (connection, queue) = await ConnectAsync();
        var client = await RpcClient.StartAsync(connection).Within();
        var call = client.CallAsync(queue, Bytes("x"));
        await (await AgainAsync()).OpenChannelAsync().Within();
        await connection.CloseAsync().Within();
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => call.Within());
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => client.CallAsync(queue, Bytes("x")).Within());
        Assert.False(client.IsOpen);
        await client.DisposeAsync().Within();
    }

    [SkippableFact]
    public async Task More_calls_than_allowed_are_refused()
    {
        var (connection, queue) = await ConnectAsync();
        await using var client = await RpcClient.StartAsync(
            connection, new RpcClientOptions { MaxPendingCalls = 1 }).Within();
        using var cancel = new CancellationTokenSource();
        var call = client.CallAsync(queue, Bytes("x"), cancellationToken: cancel.Token);
        await Assert.ThrowsAsync<AmqpMisuseException>(() => client.CallAsync(queue, Bytes("y")).Within());
        Assert.Equal(1, client.PendingCalls);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within());
    }

    [SkippableFact]
    public async Task A_client_of_another_kind_gets_its_reply_in_its_own_queue()
    {
        var (connection, queue) = await ConnectAsync();
        await using var server = await RpcServer.StartAsync(connection, queue, Shout).Within();
        var channel = await connection.OpenChannelAsync().Within();
        var replies = (await channel.DeclareQueueAsync(exclusive: true).Within()).Queue;
        var properties = new BasicProperties { ReplyTo = replies, CorrelationId = "mine" };
        await channel.PublishAsync("", queue, Bytes("hello"), properties).Within();
        await foreach (var reply in channel.ConsumeAsync(replies, new ConsumeOptions { NoAck = true }))
        {
            Assert.Equal("HELLO", Text(reply));
            Assert.Equal("mine", reply.Properties.CorrelationId);
            break;
        }
    }

    [SkippableFact]
    public async Task A_server_that_is_disposed_of_finishes_what_it_handles()
    {
        var (connection, queue) = await ConnectAsync();
        var handling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = await RpcServer.StartAsync(connection, queue, async (request, _) =>
        {
            handling.SetResult();
            await goOn.Task;
            return new RpcReply(request.Body);
        }).Within();
        await using var client = await RpcClient.StartAsync(await AgainAsync()).Within();
        var call = client.CallAsync(queue, Bytes("x"));
        await handling.Task.Within();
        var disposing = server.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        goOn.SetResult();
        Assert.Equal("x", Text(await call.Within()));
        await disposing.Within();
        await server.Completion.Within();
    }

    private static ValueTask<RpcReply> Shout(Delivery request, CancellationToken cancellationToken) =>
        new(new RpcReply(Bytes(Text(request).ToUpperInvariant()), new BasicProperties { ContentType = "text/plain" }));

    private static ValueTask<RpcReply> Fail(Delivery request, CancellationToken cancellationToken) =>
        throw new InvalidTimeZoneException("secret");

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);

    private async Task<AmqpConnection> AgainAsync()
    {
        var connection = await AmqpConnection.ConnectAsync(broker.Uri).Within();
        _connections.Add(connection);
        return connection;
    }

    // A queue that goes when its last consumer has, or with the test.
    private async Task<(AmqpConnection Connection, string Queue)> ConnectAsync()
    {
        var connection = await AgainAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = $"amqp-sim.rpc.{Environment.ProcessId}.{TimeProvider.System.GetTimestamp()}";
        var expires = Amqp.Engine.Wire.FieldTable.Empty.With("x-expires", Amqp.Engine.Wire.FieldValue.Int32(60_000));
        await channel.DeclareQueueAsync(queue, durable: true, arguments: expires).Within();
        return (connection, queue);
    }
}
