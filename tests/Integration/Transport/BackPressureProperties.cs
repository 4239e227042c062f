using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>F11 and H2: one side is slow. A slow consumer stops the reading and nothing else, and a peer that does not
/// read stops the writing and nothing else. The same whoever reads.</summary>
public abstract class BackPressureProperties(bool onThread)
{
    private const int Heartbeat = 10;

    // What one read of a pipe brings: its writer waits beyond 64 KiB, and one message may follow.
    private const int OneRead = 64 * 1024;

    // Its method and header frames.
    private const int SmallestDelivery = 48;

    // More than what lies between the client and the peer can hold, so that it is not taken whole.
    private int LeastUntaken => onThread ? 25_000 : 5_000;

    [Fact]
    public async Task F11_A_slow_consumer_stops_the_reading_while_heartbeats_go_on_and_gets_everything_in_the_end()
    {
        var seen = new Distribution("empty bodies", "large bodies", "small buffer");
        await AsyncProps.ForAll(
            "F11",
            draw => (Buffer: draw.Int(1, 40), Size: draw.Pick(0, 10, 1000, 5000), Halves: draw.Int(1, 30)),
            async c =>
            {
                var log = new PauseLog();
                var client = await WatchedClient.OpenAsync(
                    new AmqpConnectionOptions { LoggerFactory = log },
                    heartbeat: Heartbeat,
                    peer: new PipePeer(socket: onThread ? IoMode.Threaded : null));
                var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var handled = new List<ulong>();
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var perRead = (OneRead / (c.Size + SmallestDelivery)) + 2;
                var count = c.Buffer + (2 * perRead) + 5;
                var consumer = await SubscribeAsync(client, c.Buffer, async delivery =>
                {
                    await released.Task;
                    handled.Add(delivery.DeliveryTag);
                    if (handled.Count == count)
                    {
                        done.SetResult();
                    }
                });
                var flood = FloodAsync(client, count, c.Size);
                await log.Paused.Within();
                Assert.True(client.Connection.IsReadPaused);
                Assert.InRange(consumer.BufferedCount, c.Buffer, c.Buffer + perRead);

                // Far longer than a peer may be silent: it is we who do not listen.
                for (var i = 0; i < c.Halves; i++)
                {
                    var beats = Beats(client);
                    client.Time.Advance(TimeSpan.FromSeconds(Heartbeat) / 2);
                    await client.ReadUntilAsync(() => Beats(client) > beats);
                }

                Assert.True(client.Connection.IsOpen);
                Assert.Equal(TimeSpan.FromSeconds(Heartbeat) / 2 * c.Halves, client.Connection.ReadPausedTime);
                Assert.InRange(consumer.BufferedCount, c.Buffer, c.Buffer + perRead);
                released.SetResult();
                await flood.Within();
                await done.Task.Within();
                Assert.Equal(Enumerable.Range(1, count).Select(i => (ulong)i), handled);
                await Waiting.UntilAsync(() => !client.Connection.IsReadPaused); // the last handler is about to end
                seen.Case();
                seen.Saw("empty bodies", c.Size == 0);
                seen.Saw("large bodies", c.Size == 5000);
                seen.Saw("small buffer", c.Buffer < 5);
                await EndAsync(client);
            });
        seen.Require("F11", 5);
    }

    [Fact]
    public async Task H2_A_peer_that_reads_nothing_stops_neither_reading_nor_timers_nor_the_close()
    {
        var seen = new Distribution("reads again", "falls silent", "is closed on");
        await AsyncProps.ForAll(
            "H2",
            draw => (
                Size: draw.Int(LeastUntaken, 60_000), Publishes: draw.Int(1, 6), Deliveries: draw.Int(1, 8),
                Ending: draw.Int(0, 2)),
            async c =>
            {
                var client = await WatchedClient.OpenAsync(
                    new AmqpConnectionOptions
                    {
                        MaxPendingOutputBytes = 10_000,
                        CloseTimeout = TimeSpan.FromSeconds(5),
                    },
                    heartbeat: Heartbeat,
                    peer: new PipePeer(socket: onThread ? IoMode.Threaded : null));
                var handled = new List<ulong>();
                var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await SubscribeAsync(client, 1000, delivery =>
                {
                    handled.Add(delivery.DeliveryTag);
                    if (handled.Count == c.Deliveries)
                    {
                        all.SetResult();
                    }

                    return default;
                });
                var publishes = Enumerable.Range(0, c.Publishes)
                    .Select(i => client.Channel.PublishAsync("", "q", Body(i, c.Size)).AsTask())
                    .ToList();

                // The pipe takes some KiB and then nothing: what the peer says is heard all the same.
                await FloodAsync(client, c.Deliveries, 100);
                await all.Task.Within();
                Assert.Equal(Enumerable.Range(1, c.Deliveries).Select(i => (ulong)i), handled);
                Assert.True(client.Connection.PendingOutputBytes > 0);
                seen.Case();
                seen.Saw(c.Ending switch { 0 => "reads again", 1 => "falls silent", _ => "is closed on" });
                await FinishAsync(client, c.Ending, c.Publishes, c.Size);
                await EndAsync(client);
                foreach (var publish in publishes)
                {
                    Assert.True((await Record.ExceptionAsync(() => publish.Within())) is null or AmqpException);
                }

                await Waiting.UntilAsync(() => client.Connection.PendingOutputBytes == 0);
            });
        seen.Require("H2", 20);
    }

    private static async Task FinishAsync(WatchedClient client, int ending, int publishes, int size)
    {
        switch (ending)
        {
            case 0:
                await client.ReadUntilAsync(() => client.Frames.Count(f => f.Type == FrameType.Body) == publishes);
                Assert.Equal(
                    Enumerable.Range(0, publishes).Select(i => ((byte)i, size)),
                    client.Frames.Where(f => f.Type == FrameType.Body)
                        .Select(f => (f.Payload.Span[0], f.Payload.Length)));
                break;
            case 1:
                client.Time.Advance(TimeSpan.FromSeconds(2 * Heartbeat) - TimeSpan.FromTicks(1));
                Assert.True(client.Connection.IsOpen);
                client.Time.Advance(TimeSpan.FromMilliseconds(1));
                Assert.IsType<AmqpHeartbeatException>(client.Connection.CloseReason);
                break;
            default:
                await client.Time.RunUntilAsync(client.Connection.CloseAsync()).Within();
                break;
        }
    }

    private static int Beats(WatchedClient client) => client.Frames.Count(f => f.Type == FrameType.Heartbeat);

    private static byte[] Body(int number, int size) => [.. Enumerable.Repeat((byte)number, size)];

    private static async Task<AmqpConsumer> SubscribeAsync(
        WatchedClient client, int buffer, Func<Delivery, ValueTask> handle)
    {
        var subscribing = client.Channel.SubscribeAsync(
            "q",
            (delivery, _) => handle(delivery),
            new ConsumeOptions { ConsumerTag = "c", NoAck = true, BufferSize = buffer });
        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "c" });
        await client.Peer.FlushAsync().Within();
        return await subscribing.Within();
    }

    private static async Task FloodAsync(WatchedClient client, int count, int size)
    {
        for (var tag = 1; tag <= count; tag++)
        {
            client.Peer.QueueContent(
                1,
                new BasicDeliver { ConsumerTag = "c", DeliveryTag = (ulong)tag, RoutingKey = "q" },
                new byte[size]);
            await client.Peer.FlushAsync();
        }
    }

    private static async Task EndAsync(WatchedClient client)
    {
        var aborting = client.Connection.AbortAsync();
        await client.Peer.LeaveAsync();
        await client.Time.RunUntilAsync(aborting);
    }
}
