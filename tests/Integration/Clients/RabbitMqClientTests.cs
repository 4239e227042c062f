using System.Text;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Amqp.Integration.Clients;

/// <summary>The official .NET client works against the fake broker over TCP, unchanged.</summary>
public sealed class RabbitMqClientTests : IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_confirmed_publish_is_consumed_and_acknowledged()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("orders", durable: true, exclusive: false, autoDelete: false);
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?>
            {
                ["n"] = 7,
                ["s"] = "text",
                ["nested"] = new List<object> { 1, "b" },
            },
        };
        await channel.BasicPublishAsync("", "orders", mandatory: true, properties, "first"u8.ToArray());
        var got = await ConsumeAsync(channel, "orders", 1);
        Assert.Equal("first", Encoding.UTF8.GetString(got[0].Body.Span));
        Assert.Equal("text/plain", got[0].BasicProperties.ContentType);
        Assert.Equal(7, got[0].BasicProperties.Headers!["n"]);
        Assert.Equal(1, _broker.Queue("orders").Unacknowledged);
        await channel.BasicAckAsync(got[0].DeliveryTag, multiple: false);
        await _broker.Queue("orders").WaitUntilDrainedAsync();
    }

    [Fact]
    public async Task An_unroutable_mandatory_publish_is_returned()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var error = await Assert.ThrowsAsync<PublishReturnException>(
            async () => await channel.BasicPublishAsync("", "nowhere", mandatory: true, "lost"u8.ToArray()));
        Assert.True(error.IsReturn);
        Assert.Equal(312, error.ReplyCode);
        Assert.Equal("NO_ROUTE", error.ReplyText);
        Assert.Single(_broker.Unroutable);
    }

    [Fact]
    public async Task A_full_queue_that_rejects_publishes_nacks()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var arguments = new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" };
        await channel.QueueDeclareAsync("full", false, false, false, arguments);
        await channel.BasicPublishAsync("", "full", "fits"u8.ToArray());
        var error = await Assert.ThrowsAsync<PublishException>(
            async () => await channel.BasicPublishAsync("", "full", "does not"u8.ToArray()));
        Assert.False(error.IsReturn);
    }

    [Fact]
    public async Task A_nacked_get_comes_again_as_redelivered_and_a_rejected_one_is_dead_lettered()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("dead", false, false, false);
        var arguments = new Dictionary<string, object?>
        {
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = "dead",
        };
        await channel.QueueDeclareAsync("work", false, false, false, arguments);
        await channel.BasicPublishAsync("", "work", "job"u8.ToArray());
        var first = await channel.BasicGetAsync("work", autoAck: false);
        Assert.False(first!.Redelivered);
        await channel.BasicNackAsync(first.DeliveryTag, multiple: false, requeue: true);
        var second = await channel.BasicGetAsync("work", autoAck: false);
        Assert.True(second!.Redelivered);
        await channel.BasicRejectAsync(second.DeliveryTag, requeue: false);
        var dead = await channel.BasicGetAsync("dead", autoAck: true);
        var death = Assert.IsType<Dictionary<string, object>>(
            Assert.Single(Assert.IsType<List<object>>(dead!.BasicProperties.Headers!["x-death"])));
        Assert.Equal("rejected", Encoding.UTF8.GetString((byte[])death["reason"]));
        Assert.Null(await channel.BasicGetAsync("work", autoAck: true));
    }

    [Fact]
    public async Task Prefetch_bounds_what_a_consumer_holds()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("many", false, false, false);
        for (var i = 0; i < 10; i++)
        {
            await channel.BasicPublishAsync("", "many", new[] { (byte)i });
        }

        await channel.BasicQosAsync(0, 3, false);
        var got = await ConsumeAsync(channel, "many", 3);
        Assert.Equal(3, _broker.Queue("many").Unacknowledged);
        Assert.Equal(7, _broker.Queue("many").Ready);
        await channel.BasicAckAsync(got[2].DeliveryTag, multiple: true);
        await _broker.WaitUntilAsync(_ => _broker.Queue("many").Ready == 4);
    }

    [Fact]
    public async Task A_rolled_back_transaction_leaves_nothing_and_a_committed_one_everything()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("tx", false, false, false);
        await channel.TxSelectAsync();
        await channel.BasicPublishAsync("", "tx", "gone"u8.ToArray());
        await channel.TxRollbackAsync();
        Assert.Equal(0u, await channel.MessageCountAsync("tx"));
        await channel.BasicPublishAsync("", "tx", "there"u8.ToArray());
        await channel.TxCommitAsync();
        Assert.Equal(1u, await channel.MessageCountAsync("tx"));
    }

    [Fact]
    public async Task Errors_carry_RabbitMqs_codes_and_texts()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        var missing = await Assert.ThrowsAsync<OperationInterruptedException>(
            async () => await channel.QueueDeclarePassiveAsync("missing"));
        Assert.Equal(404, missing.ShutdownReason!.ReplyCode);
        Assert.Equal("NOT_FOUND - no queue 'missing' in vhost '/'", missing.ShutdownReason.ReplyText);
        Assert.False(channel.IsOpen);
        var wrong = await Assert.ThrowsAsync<BrokerUnreachableException>(
            () => Factory(password: "wrong").CreateConnectionAsync());
        Assert.IsType<AuthenticationFailureException>(wrong.InnerException);
    }

    [Fact]
    public async Task An_alarm_blocks_and_unblocks_the_connection()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        var blocked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var unblocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionBlockedAsync += (_, e) =>
        {
            blocked.TrySetResult(e.Reason);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            unblocked.TrySetResult();
            return Task.CompletedTask;
        };
        _broker.Inject(new MemoryAlarm(true));
        await channel.BasicPublishAsync("", "any", "x"u8.ToArray());
        Assert.Equal("low on memory", await blocked.Task.Within());
        _broker.Inject(new MemoryAlarm(false));
        await unblocked.Task.Within();
    }

    [Fact]
    public async Task A_client_that_recovers_gets_its_consumer_back_after_a_crash()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        var bodies = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, e) =>
        {
            await bodies.Writer.WriteAsync(Encoding.UTF8.GetString(e.Body.Span));
        };
        await channel.BasicConsumeAsync("kept", autoAck: true, consumer);
        var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.RecoverySucceededAsync += (_, _) =>
        {
            recovered.TrySetResult();
            return Task.CompletedTask;
        };
        _broker.Inject(new CrashBroker(TimeSpan.Zero));
        await recovered.Task.Within();
        await _broker.Queue("kept").WaitForConsumersAsync(timeout: Waiting.Limit);
        _broker.Control(core => core.Publish(
            "/", "", "kept", Amqp.Engine.Spec.BasicProperties.Empty, "after"u8.ToArray()));
        Assert.Equal("after", await bodies.Reader.ReadAsync().AsTask().Within());
    }

    [Fact]
    public async Task Tls_works_with_the_certificate_made_on_the_fly()
    {
        await using var listener = await _broker.ListenAsync(0, BrokerTls.SelfSigned());
        var factory = Factory();
        factory.Port = listener.Port;
        factory.Ssl = new SslOption("localhost")
        {
            Enabled = true,
            CertificateValidationCallback = (_, certificate, _, _) =>
                certificate!.GetCertHashString() == listener.Tls!.Certificate.GetCertHashString(),
        };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var queue = await channel.QueueDeclareAsync();
        var body = new byte[300_000];
        Array.Fill(body, (byte)7);
        await channel.BasicPublishAsync("", queue.QueueName, body);
        var got = await channel.BasicGetAsync(queue.QueueName, autoAck: true);
        Assert.Equal(body, got!.Body.ToArray());
    }

    private static async Task<List<BasicDeliverEventArgs>> ConsumeAsync(IChannel channel, string queue, int count)
    {
        var got = System.Threading.Channels.Channel.CreateUnbounded<BasicDeliverEventArgs>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, e) =>
        {
            // The body is only lent until the handler ends.
            await got.Writer.WriteAsync(new BasicDeliverEventArgs(
                e.ConsumerTag,
                e.DeliveryTag,
                e.Redelivered,
                e.Exchange,
                e.RoutingKey,
                e.BasicProperties,
                e.Body.ToArray()));
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        var list = new List<BasicDeliverEventArgs>();
        while (list.Count < count)
        {
            list.Add(await got.Reader.ReadAsync().AsTask().Within());
        }

        return list;
    }

    private Task<IConnection> ConnectAsync() => Factory().CreateConnectionAsync();

    private ConnectionFactory Factory(string password = "guest") => new()
    {
        HostName = "127.0.0.1",
        Port = _listener.Port,
        UserName = "guest",
        Password = password,
        NetworkRecoveryInterval = TimeSpan.FromMilliseconds(50),
    };
}
