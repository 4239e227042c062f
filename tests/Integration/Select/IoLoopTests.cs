using System.Net;
using System.Net.Sockets;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Select;

/// <summary>The loop that callbacks run in.</summary>
public sealed class IoLoopTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);

    [Fact]
    public Task A_callback_that_was_asked_for_before_the_start_runs_in_the_loop() => OnThread(() =>
    {
        using var loop = new IoLoop();
        var ran = false;
        loop.AddCallback(() =>
        {
            ran = loop.IsInLoop;
            loop.Stop();
        });
        Assert.False(ran);
        loop.Start();
        Assert.True(ran);
        Assert.False(loop.IsInLoop);
    });

    [Fact]
    public Task A_callback_of_another_thread_wakes_the_loop() => OnThread(() =>
    {
        using var loop = new IoLoop();
        using var later = TimeProvider.System.CreateTimer(
            _ => loop.AddCallback(loop.Stop), null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        var start = TimeProvider.System.GetTimestamp();
        loop.Start();
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(4), "it was not woken");
    });

    [Fact]
    public Task A_callback_that_a_callback_adds_runs_in_the_next_pass() => OnThread(() =>
    {
        using var loop = new IoLoop();
        var ran = new List<int>();
        loop.AddCallback(() =>
        {
            ran.Add(1);
            loop.AddCallback(() =>
            {
                ran.Add(3);
                loop.Stop();
            });
        });
        loop.AddCallback(() => ran.Add(2));
        loop.Start();
        Assert.Equal([1, 2, 3], ran);
    });

    [Fact]
    public Task A_stop_before_the_start_lets_it_return_at_once_and_the_next_start_runs() => OnThread(() =>
    {
        using var loop = new IoLoop();
        loop.Stop();
        loop.Start();
        var ran = false;
        loop.CallLater(Short, () =>
        {
            ran = true;
            loop.Stop();
        });
        loop.Start();
        Assert.True(ran);
    });

    [Fact]
    public Task A_loop_that_runs_can_be_neither_started_nor_closed_and_a_closed_one_not_started() => OnThread(() =>
    {
        var loop = new IoLoop();
        loop.AddCallback(() =>
        {
            Assert.Throws<InvalidOperationException>(loop.Start);
            Assert.Throws<InvalidOperationException>(loop.Dispose);
            loop.Stop();
        });
        loop.Start();
        loop.Dispose();
        loop.AddCallback(() => Assert.Fail("nobody runs it"));
        Assert.Throws<ObjectDisposedException>(loop.Start);
    });

    [Fact]
    public Task A_callback_that_throws_comes_out_and_the_others_run_with_the_next_start() => OnThread(() =>
    {
        using var loop = new IoLoop();
        var ran = false;
        loop.AddCallback(() => throw new InvalidTimeZoneException("from the callback"));
        loop.AddCallback(() =>
        {
            ran = true;
            loop.Stop();
        });
        Assert.Throws<InvalidTimeZoneException>(loop.Start);
        Assert.False(ran);
        loop.Start();
        Assert.True(ran);
    });

    [Fact]
    public Task Timers_run_in_order_never_early_and_not_once_removed() => OnThread(() =>
    {
        using var loop = new IoLoop();
        var ran = new List<string>();
        var start = TimeProvider.System.GetTimestamp();
        IoTimer? self = null;
        loop.CallLater(TimeSpan.FromMilliseconds(30), () =>
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
            ran.Add("last");
            loop.Stop();
        });
        var removed = loop.CallLater(Short, () => ran.Add("removed"));
        self = loop.CallLater(Short, () =>
        {
            ran.Add("first");
            Assert.False(loop.RemoveTimer(self!));
        });
        loop.CallLater(Short, () => ran.Add("second"));
        Assert.True(loop.RemoveTimer(removed));
        Assert.False(loop.RemoveTimer(removed));
        loop.Start();
        Assert.Equal(["first", "second", "last"], ran);
    });

    [Fact]
    public Task Many_removed_timers_leave_the_others_in_place() => OnThread(() =>
    {
        using var loop = new IoLoop();
        var ran = 0;
        for (var i = 0; i < 5000; i++)
        {
            var timer = loop.CallLater(Short, () => ran++);
            if (i % 100 != 0)
            {
                loop.RemoveTimer(timer);
            }
        }

        loop.CallLater(2 * Short, loop.Stop);
        loop.Start();
        Assert.Equal(50, ran);
    });

    [Fact]
    public Task A_socket_is_told_of_what_it_is_ready_for_until_it_is_removed() => OnThread(() =>
    {
        using var loop = new IoLoop();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        one.Connect(listener.LocalEndPoint!);
        using var other = listener.Accept();
        one.Blocking = false;
        var told = new List<IoEvents>();
        loop.AddHandler(one, IoEvents.Write, events =>
        {
            told.Add(events);
            if (told.Count == 1)
            {
                loop.UpdateHandler(one, IoEvents.Read);
                other.Send([1]);
            }
            else
            {
                Assert.True(loop.RemoveHandler(one));
                Assert.False(loop.RemoveHandler(one));
                loop.Stop();
            }
        });
        loop.Start();
        Assert.Equal([IoEvents.Write, IoEvents.Read], told);
        Assert.Throws<ArgumentException>(() => loop.UpdateHandler(one, IoEvents.Read));
    });

    [Fact]
    public async Task Everything_of_a_connection_runs_on_the_loops_thread()
    {
        await using var broker = new InMemoryBroker();
        var uri = (await broker.ListenAsync()).Uri;
        await OnThread(() =>
        {
            using var loop = new IoLoop();
            var threads = new HashSet<int>();
            AmqpException? reason = null;
            SelectConnection.Connect(
                loop,
                AmqpConnectionOptions.Parse(uri),
                connection => connection.OpenChannel(channel =>
                {
                    Here();
                    channel.DeclareQueue("q", onOk: _ => channel.Consume("q", delivery =>
                    {
                        Here();
                        channel.Ack(delivery.DeliveryTag);
                        connection.Close();
                    }));
                    channel.Publish("", "q", new byte[3], onSettled: _ => Here());
                }),
                onClosed: (_, why) =>
                {
                    Here();
                    reason = why;
                    loop.Stop();
                });
            loop.Start();
            Assert.IsType<AmqpConnectionClosedException>(reason);
            Assert.Equal([Environment.CurrentManagedThreadId], threads);

            void Here() => threads.Add(Environment.CurrentManagedThreadId);
        });
    }

    [Fact]
    public async Task Connecting_can_be_given_up()
    {
        await using var silent = StrangeServer.Silent();
        await OnThread(() =>
        {
            using var loop = new IoLoop();
            Exception? seen = null;
            var connection = SelectConnection.Connect(
                loop,
                new AmqpConnectionOptions { Endpoints = [new AmqpEndpoint("127.0.0.1", silent.Port)] },
                _ => Assert.Fail("it is silent"),
                (_, error) =>
                {
                    seen = error;
                    loop.Stop();
                });
            loop.CallLater(TimeSpan.FromMilliseconds(30), connection.Abort);
            loop.Start();
            Assert.IsAssignableFrom<OperationCanceledException>(seen);
        });
    }

    private static Task OnThread(Action test) => Task.Factory.StartNew(
        test, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Within();
}
