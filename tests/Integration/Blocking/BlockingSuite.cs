using System.Text;
using Amqp.Integration.Brokers;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

/// <summary>What a program sees that blocks: the same tests against the fake broker and a real RabbitMQ.</summary>
public abstract partial class BlockingSuite(IBrokerUnderTest broker) : IAsyncLifetime
{
    private static readonly string Run = $"{Environment.ProcessId}.{TimeProvider.System.GetUtcNow():HHmmss}";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static int _lastName;
    private readonly List<BlockingConnection> _connections = [];
    private readonly List<string> _queues = [];

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => OnOwnThread(() =>
    {
        if (_queues.Count > 0)
        {
            using var connection = BlockingConnection.Connect(Options);
            using var channel = connection.OpenChannel();
            _queues.ForEach(queue => channel.DeleteQueue(queue));
        }

        _connections.ForEach(connection => connection.Dispose());
    });

    private AmqpConnectionOptions Options => AmqpConnectionOptions.Parse(broker.Uri);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Delivery? delivery) =>
        Encoding.UTF8.GetString(Assert.IsType<Delivery>(delivery).Body.Span);

    private static string NewName(string kind) =>
        $"amqp-sim.{Run}.blocking.{Interlocked.Increment(ref _lastName)}.{kind}";

    /// <summary>Runs a test on a thread that it may block, with a deadline.</summary>
    private static Task OnOwnThread(Action test) => Task.Factory.StartNew(
        test, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Within();

    private BlockingConnection Connect(AmqpConnectionOptions? options = null, BlockingOptions? blocking = null)
    {
        var connection = BlockingConnection.Connect(options ?? Options, blocking);
        _connections.Add(connection);
        return connection;
    }

    private BlockingChannel Open(bool confirms = false, ushort prefetch = 0) => Connect().OpenChannel(
        new AmqpChannelOptions { PublisherConfirms = confirms, PrefetchCount = prefetch });

    /// <summary>A queue that goes with the connection, with these messages in it.</summary>
    private static string Queue(BlockingChannel channel, params string[] texts)
    {
        var name = NewName("queue");
        channel.DeclareQueue(name, exclusive: true);
        Fill(channel.Connection, name, texts);
        return name;
    }

    /// <summary>A queue that all connections see, and that goes with the test.</summary>
    private string SharedQueue(BlockingChannel channel, params string[] texts)
    {
        var name = NewName("queue");
        _queues.Add(name);
        channel.DeclareQueue(name, durable: true);
        Fill(channel.Connection, name, texts);
        return name;
    }

    private static void Fill(BlockingConnection connection, string queue, params string[] texts)
    {
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        foreach (var text in texts)
        {
            channel.Publish("", queue, Bytes(text), mandatory: true);
        }
    }

    private static uint Ready(BlockingConnection connection, string queue)
    {
        using var channel = connection.OpenChannel();
        return channel.DeclareQueuePassive(queue).MessageCount;
    }

    private static string[] Numbered(int count) => [.. Enumerable.Range(1, count).Select(i => $"message {i}")];

    /// <summary>Pumps until something is so.</summary>
    private static void PumpUntil(BlockingConnection connection, Func<bool> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Soon, "it did not come to that");
            connection.ProcessEvents(TimeSpan.FromMilliseconds(100));
        }
    }
}
