using System.Text;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Integration.Transport;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

/// <summary>What a program that blocks sees of a broker in trouble.</summary>
public sealed class BlockingFaultTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly InMemoryBroker _broker = new();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public Task Being_blocked_and_unblocked_is_told_where_callbacks_run() => OnOwnThread(() =>
    {
        using var connection = Connect();
        var channel = connection.OpenChannel();
        var told = new List<string>();
        connection.Blocked += reason => told.Add(reason);
        connection.Unblocked += () => told.Add("unblocked");
        _broker.SetMemoryAlarm(true);
        channel.Publish("", "nobody", Encoding.UTF8.GetBytes("x"));
        Assert.Equal(1, connection.ProcessEvents(Soon));
        Assert.Equal("low on memory", Assert.Single(told));
        Assert.True(connection.IsBlocked);
        _broker.SetMemoryAlarm(false);
        Assert.Equal(1, connection.ProcessEvents(Soon));
        Assert.Equal("unblocked", told[1]);
        Assert.False(connection.IsBlocked);
    });

    [Fact]
    public Task A_publish_on_a_blocked_connection_gives_up_after_its_time_and_was_not_sent() => OnOwnThread(() =>
    {
        using var connection = Connect();
        var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        channel.DeclareQueue("q");
        Block(connection, channel);
        Assert.Throws<AmqpTimeoutException>(
            () => channel.Publish("", "q", default, timeout: TimeSpan.FromMilliseconds(20)));
        _broker.SetMemoryAlarm(false);
        channel.Publish("", "q", default);
        Assert.Equal(1u, channel.PurgeQueue("q"));
    });

    [Fact]
    public Task A_publish_on_a_blocked_connection_fails_at_once_when_asked_to() => OnOwnThread(() =>
    {
        using var connection = Connect(Options with { WhenBlocked = BlockedPolicy.Fail });
        var channel = connection.OpenChannel();
        Block(connection, channel);
        Assert.Throws<PublishBlockedException>(() => channel.Publish("", "q", default));
    });

    [Fact]
    public Task A_connection_that_stays_blocked_for_too_long_is_given_up() => OnOwnThread(() =>
    {
        using var connection = Connect(Options with { BlockedTimeout = TimeSpan.FromMilliseconds(100) });
        Block(connection, connection.OpenChannel());
        Assert.Throws<AmqpBlockedException>(() => connection.Sleep(Soon));
    });

    [Fact]
    public Task A_publish_that_the_broker_refuses_throws() => OnOwnThread(() =>
    {
        using var connection = Connect();
        var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        channel.DeclareQueue("q");
        _broker.Inject(new NackPublishes(1));
        Assert.Throws<PublishNackedException>(() => channel.Publish("", "q", default));
        channel.Publish("", "q", default);
        Assert.Equal(1u, channel.PurgeQueue("q"));
    });

    [Fact]
    public Task Returned_messages_that_nobody_takes_do_not_hold_up_calls_and_are_not_lost() => OnOwnThread(() =>
    {
        using var connection = Connect();
        var channel = connection.OpenChannel();
        var returned = 0;
        channel.Returned += _ => returned++;
        for (var i = 0; i < 1000; i++)
        {
            channel.Publish("", "nobody", default, mandatory: true);
        }

        channel.DeclareQueue("q", timeout: Soon);
        while (returned < 1000)
        {
            Assert.NotEqual(0, connection.ProcessEvents(Soon));
        }
    });

    [Fact]
    public async Task Deadlines_pass_by_the_clock_of_the_options()
    {
        var time = new ManualTime();
        var peer = new PipePeer();
        var options = new AmqpConnectionOptions
        {
            TimeProvider = time,
            Heartbeat = TimeSpan.Zero,
            RequestTimeout = TimeSpan.FromHours(3),
        };
        peer.Queue(0, new ConnectionStart { VersionMajor = 0, VersionMinor = 9 });
        peer.Queue(0, new ConnectionTune { ChannelMax = 10, FrameMax = 131072 });
        peer.Queue(0, new ConnectionOpenOk());
        await peer.FlushAsync();
        var opened = new TaskCompletionSource<BlockingConnection>();
        var waiting = Task.Factory.StartNew(
            Exception? () =>
            {
                var connection = BlockingConnection.Connect(
                    options, new DuplexPipeConnector(_ => ValueTask.FromResult<System.IO.Pipelines.IDuplexPipe>(peer)));
                var channel = connection.OpenChannel();
                opened.SetResult(connection);
                return Record.Exception(() => channel.DeclareQueue());
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await peer.TakeUntilAsync("\x00\x14\x00\x0a").Within(); // channel.open
        peer.Queue(1, new ChannelOpenOk());
        await peer.FlushAsync();
        var connection = await opened.Task.Within();
        await time.RunUntilAsync(waiting);
        Assert.IsType<AmqpTimeoutException>(await waiting);
        Assert.InRange(TimeSpan.FromTicks(time.GetTimestamp()), TimeSpan.FromHours(3), TimeSpan.FromHours(4));
        Assert.True(connection.IsOpen);
        connection.Abort();
    }

    [Fact]
    public Task Everything_waits_by_the_pump_of_the_options() => OnOwnThread(() =>
    {
        var pump = new CountingPump();
        var connection = Connect(blocking: new BlockingOptions { Pump = pump });
        var before = 0;
        Waits(() => connection.OpenChannel());
        var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        Waits(() => channel.DeclareQueue("q"));
        Waits(() => channel.Publish("", "q", default));
        Waits(() => channel.Consume("q").First());
        Waits(() => connection.ProcessEvents(TimeSpan.FromMilliseconds(1)));
        Waits(() => connection.Sleep(TimeSpan.FromMilliseconds(1)));
        Waits(() => channel.Close());
        Waits(() => connection.Close());

        void Waits(Action act)
        {
            before = pump.Waits;
            act();
            Assert.True(pump.Waits > before, "it did not wait by the pump");
        }
    });

    private static void Block(BlockingConnection connection, BlockingChannel channel, InMemoryBroker broker)
    {
        broker.SetMemoryAlarm(true);
        channel.Publish("", "nobody", default);
        while (!connection.IsBlocked)
        {
            connection.ProcessEvents(Soon);
        }
    }

    private static Task OnOwnThread(Action test) => Task.Factory.StartNew(
        test, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Within();

    private static AmqpConnectionOptions Options { get; } = new();

    private void Block(BlockingConnection connection, BlockingChannel channel) => Block(connection, channel, _broker);

    private BlockingConnection Connect(AmqpConnectionOptions? options = null, BlockingOptions? blocking = null) =>
        BlockingConnection.Connect(
            options ?? Options, new DuplexPipeConnector(_ => ValueTask.FromResult(_broker.Connect())), blocking);

    private sealed class CountingPump : BlockingPump
    {
        private readonly object _gate = new();
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override bool Wait(Func<bool> until, TimeSpan limit)
        {
            Interlocked.Increment(ref _waits);
            var start = TimeProvider.System.GetTimestamp();
            lock (_gate)
            {
                while (!until())
                {
                    if (limit >= TimeSpan.Zero && TimeProvider.System.GetElapsedTime(start) >= limit)
                    {
                        return false;
                    }

                    Monitor.Wait(_gate, 1);
                }
            }

            return true;
        }

        public override void Pulse()
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }
}
