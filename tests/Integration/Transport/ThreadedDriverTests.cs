using System.Net;
using System.Net.Sockets;
using System.Text;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Handlers run on the thread that reads, and yet none of them can stop the reading.</summary>
public abstract class ThreadedDriverTests(bool isSecure) : IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;
    private AmqpConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _listener = await _broker.ListenAsync(0, isSecure ? BrokerTls.SelfSigned() : null);
        _connection = await ConnectAsync(IoMode.Threaded);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_handler_that_blocks_on_a_call_of_its_own_connection_gets_its_answer()
    {
        var channel = await _connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await channel.SubscribeAsync("q", (delivery, token) =>
        {
            channel.DeclareQueuePassiveAsync("q", token).GetAwaiter().GetResult();
            delivery.AckAsync(cancellationToken: token).GetAwaiter().GetResult();
            if (++count == 10)
            {
                answers.SetResult();
            }

            return default;
        }).Within();
        for (var i = 0; i < 10; i++)
        {
            await channel.PublishAsync("", "q", default).Within();
        }

        await answers.Task.Within();
    }

    [Fact]
    public async Task A_handler_without_prefetch_that_awaits_its_confirms_gets_them()
    {
        const int Count = 5_000; // beyond the buffer
        var channel = await _connection.OpenChannelAsync().Within();
        var publishing = await _connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true }).Within();
        await channel.DeclareQueueAsync("from").Within();
        await channel.DeclareQueueAsync("to").Within();
        for (var i = 0; i < Count; i++)
        {
            await channel.PublishAsync("", "from", default).Within();
        }

        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await channel.SubscribeAsync("from", async (delivery, token) =>
        {
            await publishing.PublishAsync("", "to", delivery.Body, cancellationToken: token);
            await delivery.AckAsync(cancellationToken: token);
            if (++count == Count)
            {
                moved.SetResult();
            }
        }).Within();
        await moved.Task.Within();
    }

    [Fact]
    public async Task A_handler_of_returned_messages_that_blocks_on_its_confirms_gets_them()
    {
        const int Count = 1_000; // four times what may wait
        var channel = await _connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true }).Within();
        var publishing = await _connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true }).Within();
        await publishing.DeclareQueueAsync("unroutable").Within();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        channel.Returned += message =>
        {
            publishing.PublishAsync("", "unroutable", message.Body).AsTask().GetAwaiter().GetResult();
            if (++count == Count)
            {
                all.SetResult();
            }
        };
        var publishes = Enumerable.Range(0, Count)
            .Select(_ => channel.PublishAsync("", "none", default, mandatory: true).AsTask())
            .ToArray();
        await all.Task.Within();
        foreach (var publish in publishes)
        {
            await Assert.ThrowsAsync<PublishReturnedException>(() => publish.Within());
        }
    }

    [Theory]
    [InlineData(IoMode.Threaded)]
    [InlineData(IoMode.Async)]
    public async Task A_logger_that_throws_stops_nothing(IoMode mode)
    {
        await using var connection = await ConnectAsync(mode, new ThrowingLog());
        var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        const int Count = 20;
        using var released = new ManualResetEventSlim();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await channel.SubscribeAsync("q", (_, _) =>
        {
            if (++count == 1)
            {
                released.Wait(); // the watchdog takes the reading over, and says so
            }
            else if (count == Count)
            {
                all.SetResult();
            }

            throw new InvalidOperationException("a handler that fails");
        }).Within();
        for (var i = 0; i < Count; i++)
        {
            await channel.PublishAsync("", "q", default).Within();
        }

        await channel.DeclareQueuePassiveAsync("q").Within();
        released.Set();
        await all.Task.Within();
    }

    [Fact]
    public async Task A_stuck_handler_stops_neither_other_channels_nor_the_close()
    {
        using var released = new ManualResetEventSlim();
        var channel = await _connection.OpenChannelAsync().Within();
        var other = await _connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("stuck").Within();
        await channel.DeclareQueueAsync("free").Within();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.SubscribeAsync("stuck", (_, _) =>
        {
            entered.SetResult();
            released.Wait(TimeSpan.FromMinutes(1));
            return default;
        }).Within();
        await other.SubscribeAsync("free", (_, _) =>
        {
            handled.SetResult();
            return default;
        }).Within();
        await channel.PublishAsync("", "stuck", default).Within();
        await entered.Task.Within();
        await other.PublishAsync("", "free", default).Within();
        await handled.Task.Within();
        await _connection.CloseAsync().Within(TimeSpan.FromSeconds(10));
        released.Set();
    }

    [Fact]
    public async Task Order_and_count_hold_while_reading_changes_hands()
    {
        const int Messages = 600;
        var channel = await _connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 50 }).Within();
        var other = await _connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var seen = new List<int>();
        var inside = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.SubscribeAsync("q", async (delivery, token) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            var number = int.Parse(Encoding.ASCII.GetString(delivery.Body.Span));
            seen.Add(number);
            switch (number % 50)
            {
                case 10:
                    other.DeclareQueuePassiveAsync("q", token).GetAwaiter().GetResult(); // blocks the reader
                    break;
                case 20:
                    await other.DeclareQueuePassiveAsync("q", token); // goes on elsewhere
                    break;
                case 30:
                    await Task.Yield();
                    break;
            }

            await delivery.AckAsync(cancellationToken: token);
            Interlocked.Decrement(ref inside);
            if (seen.Count == Messages)
            {
                done.SetResult();
            }
        }).Within();
        for (var i = 0; i < Messages; i++)
        {
            await other.PublishAsync("", "q", Encoding.ASCII.GetBytes($"{i}")).Within();
        }

        await done.Task.Within();
        Assert.Equal(Enumerable.Range(0, Messages), seen);
        Assert.True(_connection.IsOpen);
    }

    [Fact]
    public async Task Handlers_publish_and_confirm_on_their_own_connection()
    {
        const int Messages = 500;
        var channel = await _connection.OpenChannelAsync(
            new AmqpChannelOptions { PrefetchCount = 100, PublisherConfirms = true }).Within();
        await channel.DeclareQueueAsync("in").Within();
        await channel.DeclareQueueAsync("out").Within();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await channel.SubscribeAsync("in", async (delivery, token) =>
        {
            await channel.PublishAsync("", "out", delivery.Body, cancellationToken: token);
            await delivery.AckAsync(cancellationToken: token);
            if (++count == Messages)
            {
                done.SetResult();
            }
        }).Within();
        var source = await _connection.OpenChannelAsync().Within();
        for (var i = 0; i < Messages; i++)
        {
            await source.PublishAsync("", "in", new byte[10]).Within();
        }

        await done.Task.Within();
        Assert.Equal((uint)Messages, (await channel.DeclareQueuePassiveAsync("out").Within()).MessageCount);
    }

    [Fact]
    public async Task More_than_a_socket_takes_is_sent_whole_and_in_order()
    {
        const int Messages = 1000;
        var channel = await _connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var publishes = Enumerable.Range(0, Messages).Select(i => channel.PublishAsync("", "q", Body(i)).AsTask());
        await Task.WhenAll(publishes).Within();
        for (var i = 0; i < Messages; i++)
        {
            var message = await channel.GetAsync("q", noAck: true).Within();
            Assert.True(Body(i).AsSpan().SequenceEqual(message!.Message.Body.Span), $"message {i}");
        }
    }

    [Fact]
    public async Task Bodies_of_many_sizes_arrive_whole()
    {
        int[] sizes = [0, 1, 16_000, 65_535, 65_536, 131_064, 131_065, 400_000, 10, 3_000_000, 5];
        var channel = await _connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 3 }).Within();
        await channel.DeclareQueueAsync("q").Within();
        foreach (var size in sizes)
        {
            await channel.PublishAsync("", "q", Enumerable.Repeat((byte)size, size).ToArray()).Within();
        }

        var seen = new List<int>();
        await foreach (var delivery in channel.ConsumeAsync("q", cancellationToken: Waiting.Deadline().Token))
        {
            Assert.True(delivery.Body.Span.IndexOfAnyExcept((byte)delivery.Body.Length) < 0);
            seen.Add(delivery.Body.Length);
            await delivery.AckAsync();
            if (seen.Count == sizes.Length)
            {
                break;
            }
        }

        Assert.Equal(sizes, seen);
    }

    [Fact]
    public async Task Connections_beyond_the_threads_work_like_the_others()
    {
        var connections = new List<AmqpConnection>();
        for (var i = 0; i < SocketConnector.MaxThreadedConnections + 8; i++)
        {
            connections.Add(await ConnectAsync(IoMode.Auto));
        }

        await Task.WhenAll(connections.Select(async (connection, i) =>
        {
            var channel = await connection.OpenChannelAsync();
            await channel.DeclareQueueAsync($"q{i}");
            await channel.PublishAsync("", $"q{i}", Encoding.ASCII.GetBytes($"{i}"));
            Assert.Equal($"{i}", Encoding.ASCII.GetString((await channel.GetAsync($"q{i}"))!.Message.Body.Span));
            await connection.CloseAsync();
        })).Within();
    }

    [Fact]
    public async Task A_connect_that_hangs_ends_with_its_token()
    {
        // A listener whose queue is full leaves further connects without an answer.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var fillers = Enumerable.Range(0, 8).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp)).ToList();
        foreach (var filler in fillers)
        {
            _ = filler.ConnectAsync(IPAddress.Loopback, port);
        }

        using var cancel = new CancellationTokenSource();
        var connecting = AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions
            {
                IoMode = IoMode.Threaded,
                Endpoints = [new AmqpEndpoint("127.0.0.1", port)],
                Tls = isSecure ? new AmqpTlsOptions() : null,
            },
            cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within(TimeSpan.FromSeconds(10)));
        fillers.ForEach(filler => filler.Dispose());
    }

    private static byte[] Body(int number)
    {
        var body = new byte[60_000];
        body.AsSpan().Fill((byte)number);
        BitConverter.TryWriteBytes(body, number);
        return body;
    }

    private Task<AmqpConnection> ConnectAsync(IoMode mode, ILoggerFactory? log = null) =>
        AmqpConnection.ConnectAsync(new AmqpConnectionOptions
        {
            LoggerFactory = log ?? NullLoggerFactory.Instance,
            IoMode = mode,
            Endpoints = [new AmqpEndpoint("127.0.0.1", _listener.Port)],
            Tls = isSecure ? new AmqpTlsOptions { RemoteCertificateValidation = (_, _, _, _) => true } : null,
        }).Within();
}
