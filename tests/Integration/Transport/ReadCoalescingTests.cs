using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Amqp.Transport.Drive;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>A reader that naps to read more at once: only in a stream, never to the cost of a lone delivery, and only
/// when asked to. The rule in virtual time, and that a connection keeps to it.</summary>
public sealed class ReadCoalescingTests
{
    [Fact]
    public async Task No_delivery_is_late_by_more_than_a_nap_and_none_that_comes_alone()
    {
        var seen = new Distribution("late in a stream", "merged reads");
        await AsyncProps.ForAll(
            "naps",
            draw => draw.List(draw.Int(1, 400), () => draw.OneIn(3) ? draw.Int(0, 2000) : draw.Int(0, 60)),
            gaps =>
            {
                var (late, merged) = Run(gaps);
                seen.Case();
                seen.Saw("late in a stream", late);
                seen.Saw("merged reads", merged);
                return Task.CompletedTask;
            },
            AsyncProps.Shorter);
        seen.Require("naps", 10);
    }

    [Fact]
    public void Naps_that_bring_little_are_given_up()
    {
        const int Reads = 10_000;
        var rule = new NapRule();
        var naps = 0;
        for (var i = 0; i < Reads; i++)
        {
            rule.OnRead(TimeSpan.FromMicroseconds(100) * i, 100, NapRule.LeastGain - 1);
            naps += rule.IsDue(hasSpoken: false) ? 1 : 0;
        }

        Assert.InRange(naps, 1, (Reads / NapRule.Abstinence) + 1);
    }

    [Fact]
    public void Naps_that_bring_much_go_on()
    {
        Assert.Equal(100 - NapRule.Streak, NapsIn(100, bytes: 1000, hasSpoken: false));
    }

    [Theory]
    [InlineData(NapRule.LargeRead, false)]
    [InlineData(1000, true)]
    public void There_is_no_nap_after_a_large_read_nor_when_somebody_may_wait(int bytes, bool hasSpoken)
    {
        Assert.Equal(0, NapsIn(100, bytes, hasSpoken));
    }

    [Theory]
    [InlineData(false, 0, "", false)]
    [InlineData(true, 0, "", true)]
    [InlineData(true, 300, "", false)]
    [InlineData(true, 0, "publishes", false)]
    [InlineData(true, 0, "calls", false)]
    public async Task A_connection_naps_in_a_stream_when_asked_to_and_nobody_may_wait(
        bool coalesces, int gap, string does, bool naps)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            naps = false;
        }

        var log = new PauseLog();
        var client = await WatchedClient.OpenAsync(
            new AmqpConnectionOptions { ReadCoalescing = coalesces, LoggerFactory = log },
            peer: new PipePeer(socket: IoMode.Threaded));
        var handled = new SemaphoreSlim(0);
        var subscribing = client.Channel.SubscribeAsync(
            "q",
            (_, token) =>
            {
                handled.Release();
                return does == "publishes"
                    ? client.Channel.PublishAsync("", "q", default, cancellationToken: token)
                    : default;
            },
            new ConsumeOptions { ConsumerTag = "c", NoAck = true });
        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "c" });
        await client.Peer.FlushAsync().Within();
        await subscribing.Within();
        var pending = does == "calls" ? client.Channel.DeclareQueuePassiveAsync("q") : null;
        for (var i = 1; i <= 3 * NapRule.Streak; i++)
        {
            client.Time.Advance(TimeSpan.FromMicroseconds(gap));
            client.Peer.QueueContent(
                1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)i, RoutingKey = "q" }, [1]);
            await client.Peer.FlushAsync().Within();
            await handled.WaitAsync(Waiting.Deadline().Token);
        }

        await client.Connection.AbortAsync().Within();
        await client.Peer.LeaveAsync();
        Assert.Equal(naps, log.Texts.Any(text => text.StartsWith("Reading naps", StringComparison.Ordinal)));
        if (pending is not null)
        {
            await Assert.ThrowsAnyAsync<AmqpException>(() => pending.Within());
        }
    }

    // Deliveries arrive with these gaps in microseconds; a read takes all that have arrived.
    private static (bool Late, bool Merged) Run(int[] gaps)
    {
        var rule = new NapRule();
        var arrivals = new Queue<TimeSpan>();
        var at = TimeSpan.Zero;
        foreach (var gap in gaps)
        {
            at += TimeSpan.FromMicroseconds(gap);
            arrivals.Enqueue(at);
        }

        var now = TimeSpan.Zero;
        var lastRead = TimeSpan.MinValue / 2;
        var (late, merged) = (false, false);
        while (arrivals.Count > 0)
        {
            var next = arrivals.Peek();
            now = now > next ? now : next;
            var count = 0;
            while (arrivals.TryPeek(out var arrival) && arrival <= now)
            {
                Assert.InRange(now - arrival, TimeSpan.Zero, NapRule.Nap);
                Assert.True(now == arrival || arrival - lastRead < NapRule.ShortGap, $"{arrival} came alone");
                late |= now > arrival;
                arrivals.Dequeue();
                count++;
            }

            merged |= count > 1;
            rule.OnRead(now, 100 * count, count);
            lastRead = now;
            now += rule.IsDue(hasSpoken: false) ? NapRule.Nap : TimeSpan.Zero;
        }

        return (late, merged);
    }

    private static int NapsIn(int reads, int bytes, bool hasSpoken)
    {
        var rule = new NapRule();
        var naps = 0;
        for (var i = 0; i < reads; i++)
        {
            rule.OnRead(TimeSpan.FromMicroseconds(100) * i, bytes, NapRule.LeastGain);
            naps += rule.IsDue(hasSpoken) ? 1 : 0;
        }

        return naps;
    }
}
