using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Integration.Brokers;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>
/// What an application sees of the client and a broker. The same tests run against the fake broker and against a real
/// RabbitMQ: where the two differ, one of them fails.
/// </summary>
public abstract partial class BehaviourSuite(IBrokerUnderTest broker, IoMode mode = IoMode.Auto) : IAsyncLifetime
{
    private static readonly string Run = $"{Environment.ProcessId}.{TimeProvider.System.GetUtcNow():HHmmss}";
    private static int _lastName;
    private readonly List<AmqpConnection> _connections = [];
    private readonly List<string> _queues = [];
    private readonly List<string> _exchanges = [];

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_queues.Count + _exchanges.Count > 0)
        {
            var channel = await (await ConnectAsync()).OpenChannelAsync().Within();
            foreach (var queue in _queues)
            {
                await channel.DeleteQueueAsync(queue).Within();
            }

            foreach (var exchange in _exchanges)
            {
                await channel.DeleteExchangeAsync(exchange).Within();
            }
        }

        foreach (var connection in _connections)
        {
            await connection.DisposeAsync().Within();
        }
    }

    /// <summary>The options that reach the broker.</summary>
    private AmqpConnectionOptions Options => AmqpConnectionOptions.Parse(broker.Uri) with { IoMode = mode };

    /// <summary>The options that reach something else on this machine, in the broker's place.</summary>
    private AmqpConnectionOptions OptionsFor(params int[] ports) => Options with
    {
        Endpoints = [.. ports.Select(port => new AmqpEndpoint("127.0.0.1", port))],
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Delivery? delivery) =>
        Encoding.UTF8.GetString(Assert.IsType<Delivery>(delivery).Body.Span);

    /// <summary>Gets one message, or null when the queue is empty.</summary>
    private static async Task<Delivery?> TakeAsync(AmqpChannel channel, string queue, bool noAck = false) =>
        (await channel.GetAsync(queue, noAck).Within())?.Message;

    /// <summary>A body of this size in which every octet tells its place.</summary>
    private static byte[] Pattern(int size)
    {
        var body = new byte[size];
        for (var i = 0; i < size; i++)
        {
            body[i] = (byte)(i * 31 + (i >> 8) * 7);
        }

        return body;
    }

    /// <summary>A name no other test and no other run uses.</summary>
    private static string NewName(string kind) => $"amqp-sim.{Run}.{Interlocked.Increment(ref _lastName)}.{kind}";

    /// <summary>A connection that the test's end disposes of.</summary>
    private async Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions? options = null)
    {
        var connection = await AmqpConnection.ConnectAsync(options ?? Options).Within();
        lock (_connections)
        {
            _connections.Add(connection);
        }

        return connection;
    }

    /// <summary>A channel on a connection of its own.</summary>
    private async Task<AmqpChannel> OpenAsync(bool confirms = false)
    {
        var connection = await ConnectAsync();
        return await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = confirms }).Within();
    }

    /// <summary>A queue that goes with the connection.</summary>
    private static async Task<string> ExclusiveQueueAsync(AmqpChannel channel)
    {
        var name = NewName("queue");
        await channel.DeclareQueueAsync(name, exclusive: true).Within();
        return name;
    }

    /// <summary>A queue that all connections see, and that goes with the test.</summary>
    private async Task<string> SharedQueueAsync(AmqpChannel channel)
    {
        var name = NewName("queue");
        _queues.Add(name);
        // Durable: newer brokers refuse queues that are neither durable nor exclusive.
        await channel.DeclareQueueAsync(name, durable: true).Within();
        return name;
    }

    /// <summary>An exchange that goes with the test.</summary>
    private async Task<string> ExchangeAsync(AmqpChannel channel, string type = "direct")
    {
        var name = NewName("exchange");
        _exchanges.Add(name);
        await channel.DeclareExchangeAsync(name, type, durable: true).Within();
        return name;
    }

    /// <summary>Publishes texts to a queue and returns once the broker has them.</summary>
    private static async Task FillAsync(AmqpConnection connection, string queue, params string[] texts)
    {
        await using var channel = await connection
            .OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true })
            .Within();
        foreach (var text in texts)
        {
            await channel.PublishAsync("", queue, Bytes(text), mandatory: true).Within();
        }
    }

    /// <summary>How many messages are ready in the queue, asked on a channel of its own.</summary>
    private static async Task<uint> ReadyAsync(AmqpConnection connection, string queue)
    {
        await using var channel = await connection.OpenChannelAsync().Within();
        return (await channel.DeclareQueuePassiveAsync(queue).Within()).MessageCount;
    }
}
