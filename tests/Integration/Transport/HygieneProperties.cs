using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>I4: after its end, however it came, a connection leaves no timer, no memory and no waiting task.</summary>
[Collection(QuietCollection.Name)]
public sealed class HygieneProperties
{
    private enum Ending
    {
        Close,
        Abort,
        Fin,
        Reset,
        Silence,
        PeerCloses,
        Violation,
    }

    [Fact]
    public async Task I4_After_its_end_a_connection_has_no_timer_no_memory_and_no_task_left()
    {
        var seen = new Distribution([.. Enum.GetNames<Ending>(), "tasks pending", "half a body", "handler running"]);
        await AsyncProps.ForAll(
            "I4",
            draw => (
                Acts: draw.List(draw.Int(0, 12), () => (Kind: draw.Int(0, 7), Size: draw.Pick(0, 100, 5_000, 70_000))),
                Ending: (Ending)draw.Int(0, (int)Ending.Violation),
                Reads: draw.OneIn(2)),
            async c =>
            {
                var slabs = Slabs.Outstanding;
                var pool = new CountingPool();
                var life = new ConnectionLife(await WatchedClient.OpenAsync(
                    new AmqpConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(5) },
                    new AmqpChannelOptions { PublisherConfirms = true },
                    heartbeat: 10,
                    new PipePeer(pool)));
                foreach (var (kind, size) in c.Acts)
                {
                    life.Act(kind, size);
                }

                if (c.Reads)
                {
                    await life.Client.BarrierAsync();
                }

                seen.Case();
                seen.Saw("tasks pending", life.Tasks.Any(t => !t.IsCompleted));
                seen.Saw("half a body", life.HasHalfABody);
                seen.Saw("handler running", life.HasConsumer);
                seen.Saw(c.Ending.ToString());
                await EndAsync(life.Client, c.Ending);
                life.ReleaseHandlers();
                await life.Client.Peer.LeaveAsync();
                await life.Client.Time.RunUntilAsync(life.Client.Connection.Completion);
                foreach (var task in life.Tasks)
                {
                    Assert.True((await Record.ExceptionAsync(() => task.Within())) is null or AmqpException);
                }

                await Waiting.UntilAsync(() => life.Client.Time.AliveTimers == 0);
                await Waiting.UntilAsync(() => pool.Outstanding == 0);
                await Waiting.UntilAsync(() => Slabs.Outstanding <= slabs);
                await Waiting.UntilAsync(() => life.Client.Connection.PendingOutputBytes == 0);
            });
        seen.Require("I4", 5);
    }

    private static async Task EndAsync(WatchedClient client, Ending ending)
    {
        switch (ending)
        {
            case Ending.Close:
                await client.Time.RunUntilAsync(client.Connection.CloseAsync());
                break;
            case Ending.Abort:
                _ = client.Connection.AbortAsync();
                break;
            case Ending.Fin:
                await client.Peer.EndAsync();
                break;
            case Ending.Reset:
                await client.Peer.EndAsync(new IOException("reset"));
                break;
            case Ending.Silence:
                client.Time.Advance(TimeSpan.FromSeconds(20));
                break;
            default:
                client.Peer.Queue(0, ending == Ending.PeerCloses
                    ? new ConnectionClose { ReplyCode = 320, ReplyText = "CONNECTION_FORCED" }
                    : new BasicAck { DeliveryTag = 1 });
                await client.Peer.FlushAsync().Within();
                break;
        }
    }
}
