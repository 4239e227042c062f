using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

public abstract partial class BlockingSuite
{
    [SkippableFact]
    public Task Pumping_with_no_time_returns_at_once_and_with_some_when_it_has_passed() => OnOwnThread(() =>
    {
        var connection = Connect();
        Assert.Equal(0, connection.ProcessEvents(TimeSpan.Zero));
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, connection.ProcessEvents(TimeSpan.FromMilliseconds(30)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(30), Soon);
    });

    [SkippableFact]
    public Task Sleep_lasts_at_least_as_long_as_said_and_runs_callbacks() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ran = 0;
        connection.CallLater(TimeSpan.FromMilliseconds(10), () => ran++);
        var start = TimeProvider.System.GetTimestamp();
        connection.Sleep(TimeSpan.FromMilliseconds(60));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(60), Soon);
        Assert.Equal(1, ran);
    });

    [SkippableFact]
    public Task A_callback_of_another_thread_runs_on_the_thread_that_pumps() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ranOn = 0;
        using var later = TimeProvider.System.CreateTimer(
            _ => connection.AddCallbackThreadSafe(() => ranOn = Environment.CurrentManagedThreadId),
            null,
            TimeSpan.FromMilliseconds(20),
            Timeout.InfiniteTimeSpan);
        Assert.Equal(1, connection.ProcessEvents());
        Assert.Equal(Environment.CurrentManagedThreadId, ranOn);
    });

    [SkippableFact]
    public Task Callbacks_run_in_order_and_what_they_add_runs_in_the_next_pass() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ran = new List<int>();
        connection.AddCallbackThreadSafe(() =>
        {
            ran.Add(1);
            connection.AddCallbackThreadSafe(() => ran.Add(3));
        });
        connection.AddCallbackThreadSafe(() => ran.Add(2));
        Assert.Empty(ran);
        Assert.Equal(2, connection.ProcessEvents(TimeSpan.Zero));
        Assert.Equal([1, 2], ran);
        Assert.Equal(1, connection.ProcessEvents(TimeSpan.Zero));
        Assert.Equal([1, 2, 3], ran);
    });

    [SkippableFact]
    public Task A_callback_that_throws_is_heard_of_and_leaves_the_others_to_run() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ran = false;
        connection.AddCallbackThreadSafe(() => throw new InvalidTimeZoneException("from the callback"));
        connection.AddCallbackThreadSafe(() => ran = true);
        Assert.Throws<InvalidTimeZoneException>(() => connection.ProcessEvents());
        Assert.False(ran);
        Assert.Equal(1, connection.ProcessEvents());
        Assert.True(ran);
        Assert.True(connection.IsOpen);
    });

    [SkippableFact]
    public Task Callbacks_never_run_inside_each_other() => OnOwnThread(() =>
    {
        var connection = Connect();
        var inside = 0;
        var ran = false;
        connection.AddCallbackThreadSafe(() =>
        {
            inside++;
            Assert.Equal(0, connection.ProcessEvents(TimeSpan.FromMilliseconds(1)));
            connection.Sleep(TimeSpan.FromMilliseconds(1));
            Assert.Throws<AmqpMisuseException>(() => connection.ProcessEvents());
            Assert.False(ran);
            inside--;
        });
        connection.AddCallbackThreadSafe(() =>
        {
            Assert.Equal(0, inside);
            ran = true;
        });
        connection.ProcessEvents(TimeSpan.Zero);
        Assert.True(ran);
    });

    [SkippableFact]
    public Task Only_one_thread_pumps_at_a_time() => OnOwnThread(() =>
    {
        var connection = Connect();
        Exception? seen = null;
        connection.AddCallbackThreadSafe(() =>
        {
            var other = Task.Factory.StartNew(
                () => seen = Record.Exception(() => connection.ProcessEvents(TimeSpan.Zero)),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            other.Wait();
        });
        connection.ProcessEvents();
        Assert.IsType<AmqpMisuseException>(seen);
    });

    [SkippableFact]
    public Task Timers_run_in_the_order_in_which_they_are_due_and_never_early() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ran = new List<(int Number, TimeSpan At)>();
        var start = TimeProvider.System.GetTimestamp();
        int[] delays = [40, 10, 25, 25];
        for (var i = 0; i < delays.Length; i++)
        {
            var number = i;
            connection.CallLater(
                TimeSpan.FromMilliseconds(delays[i]),
                () => ran.Add((number, TimeProvider.System.GetElapsedTime(start))));
        }

        PumpUntil(connection, () => ran.Count == delays.Length);
        Assert.Equal([1, 2, 3, 0], ran.Select(each => each.Number));
        Assert.All(ran, each => Assert.True(each.At >= TimeSpan.FromMilliseconds(delays[each.Number])));
    });

    [SkippableFact]
    public Task A_timer_can_be_removed_before_it_is_due_and_after_and_by_itself() => OnOwnThread(() =>
    {
        var connection = Connect();
        var ran = new List<string>();
        var removed = connection.CallLater(TimeSpan.FromMilliseconds(1), () => ran.Add("removed"));
        Assert.True(connection.RemoveTimer(removed));
        Assert.False(connection.RemoveTimer(removed));
        BlockingTimer? itself = null;
        BlockingTimer? other = null;
        itself = connection.CallLater(TimeSpan.FromMilliseconds(2), () =>
        {
            ran.Add("itself");
            Assert.False(connection.RemoveTimer(itself!));
            Assert.True(connection.RemoveTimer(other!));
        });
        other = connection.CallLater(TimeSpan.FromMilliseconds(2), () => ran.Add("other"));
        Assert.True(itself.IsPending);
        connection.Sleep(TimeSpan.FromMilliseconds(30));
        Assert.Equal(["itself"], ran);
        Assert.False(itself.IsPending);
        Assert.False(connection.RemoveTimer(itself));
    });

    [SkippableFact]
    public Task A_channel_that_the_broker_closed_is_told_of_once_when_pumping() => OnOwnThread(() =>
    {
        var channel = Open();
        channel.Publish(NewName("missing"), "key", Bytes("x"));
        var connection = channel.Connection;
        Assert.Throws<AmqpChannelClosedException>(() => connection.ProcessEvents(Soon));
        Assert.Equal(0, connection.ProcessEvents(TimeSpan.Zero));
        Assert.True(connection.IsOpen);
    });

    [SkippableFact]
    public Task A_channels_end_that_a_call_has_told_of_is_not_told_of_again() => OnOwnThread(() =>
    {
        var channel = Open();
        Assert.Throws<AmqpChannelClosedException>(() => channel.DeclareQueuePassive(NewName("missing")));
        channel.Connection.ProcessEvents(TimeSpan.FromMilliseconds(50));
        Assert.Throws<AmqpChannelClosedException>(() => channel.DeclareQueue());
    });

    [SkippableFact]
    public Task Heartbeats_flow_while_the_caller_is_busy_with_something_else() => OnOwnThread(() =>
    {
        var connection = Connect(Options with { Heartbeat = TimeSpan.FromSeconds(1) });
        using var busy = new ManualResetEventSlim();
        using var done = TimeProvider.System.CreateTimer(
            _ => busy.Set(), null, TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan);
        busy.Wait();
        Assert.True(connection.OpenChannel().IsOpen);
    });

    [SkippableFact]
    public Task Callbacks_may_run_on_a_thread_of_the_connections_own() => OnOwnThread(() =>
    {
        var connection = Connect(blocking: new BlockingOptions { Dispatch = BlockingDispatch.OwnThread });
        var channel = connection.OpenChannel();
        var queue = Queue(channel, "fails", "works");
        var handled = new List<(string Text, int Thread)>();
        channel.Qos(1);
        var tag = channel.Subscribe(queue, delivery =>
        {
            handled.Add((Text(delivery), Environment.CurrentManagedThreadId));
            if (handled.Count == 1)
            {
                throw new InvalidTimeZoneException("from the handler");
            }

            // Calls may be made there, as everywhere.
            Assert.Equal(0u, channel.DeclareQueuePassive(queue).MessageCount);
            channel.Ack(delivery);
            channel.StopConsuming();
        });
        Assert.Throws<AmqpMisuseException>(() => connection.ProcessEvents(TimeSpan.Zero));
        channel.StartConsuming();
        Assert.Equal(["fails", "works"], handled.Select(each => each.Text));
        Assert.Single(handled.Select(each => each.Thread).Distinct());
        Assert.NotEqual(Environment.CurrentManagedThreadId, handled[0].Thread);
        Assert.DoesNotContain(tag, channel.ConsumerTags);
        Assert.Equal(0u, Ready(connection, queue));
    });

    [SkippableFact]
    public Task Timers_and_callbacks_run_on_the_connections_own_thread() => OnOwnThread(() =>
    {
        var connection = Connect(blocking: new BlockingOptions { Dispatch = BlockingDispatch.OwnThread });
        using var both = new CountdownEvent(2);
        connection.AddCallbackThreadSafe(() => both.Signal());
        connection.AddCallbackThreadSafe(() => throw new InvalidTimeZoneException("logged"));
        connection.CallLater(TimeSpan.FromMilliseconds(5), () => both.Signal());
        both.Wait();
        Assert.True(connection.IsOpen);
    });
}
