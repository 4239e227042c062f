using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>D2 for the application: a call that was given up keeps its place, so that every other one gets its own
/// answer.</summary>
public sealed class CancelledCallProperties
{
    [Fact]
    public async Task D2_A_cancelled_call_keeps_its_place_and_every_other_call_gets_its_own_answer()
    {
        var seen = new Distribution("cancelled in flight", "cancelled while queued", "timed out");
        await AsyncProps.ForAll(
            "D2.cancelled",
            draw => draw.List(draw.Int(1, 12), () => (Cancel: draw.OneIn(3), After: draw.Int(0, 12))),
            async calls =>
            {
                var client = await WatchedClient.OpenAsync(
                    new AmqpConnectionOptions { RequestTimeout = TimeSpan.FromSeconds(5) });
                var cancels = calls.Select(_ => new CancellationTokenSource()).ToArray();
                var tasks = calls
                    .Select((_, i) => client.Channel.DeclareQueueAsync($"q{i}", cancellationToken: cancels[i].Token))
                    .ToArray();
                var given = new bool[calls.Length];
                for (var answered = 0; answered < calls.Length; answered++)
                {
                    for (var i = answered; i < calls.Length; i++)
                    {
                        if (calls[i].Cancel && !given[i] && calls[i].After <= answered)
                        {
                            given[i] = true;
                            await cancels[i].CancelAsync();
                            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tasks[i].Within());
                            seen.Saw(i == answered ? "cancelled in flight" : "cancelled while queued");
                        }
                    }

                    await client.ReadUntilAsync(
                        () => client.MethodsOn(1).OfType<QueueDeclare>().Count() > answered);
                    client.Peer.Queue(1, new QueueDeclareOk { Queue = $"q{answered}" });
                    await client.BarrierAsync();
                }

                for (var i = 0; i < calls.Length; i++)
                {
                    if (!given[i])
                    {
                        Assert.Equal($"q{i}", (await tasks[i].Within()).Queue);
                    }
                }

                // One that times out keeps its place as well.
                var late = client.Channel.DeclareQueueAsync("late");
                client.Time.Advance(TimeSpan.FromSeconds(5));
                await Assert.ThrowsAsync<AmqpTimeoutException>(() => late.Within());
                var next = client.Channel.DeclareQueueAsync("next");
                client.Peer.Queue(1, new QueueDeclareOk { Queue = "late" });
                client.Peer.Queue(1, new QueueDeclareOk { Queue = "next" });
                await client.BarrierAsync();
                Assert.Equal("next", (await next.Within()).Queue);
                Assert.True(client.Connection.IsOpen);
                seen.Case();
                seen.Saw("timed out");
                await client.Connection.AbortAsync().Within();
            },
            AsyncProps.Shorter);
        seen.Require("D2.cancelled", 5);
    }
}
