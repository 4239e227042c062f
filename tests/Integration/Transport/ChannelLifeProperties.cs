using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Property.Generators;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>F6 and F8 for the application: what belongs to a channel or a consumer that has ended reaches nobody, and
/// nothing that had arrived is lost.</summary>
public sealed class ChannelLifeProperties
{
    [Fact]
    public async Task F6_An_acknowledgement_of_an_ended_channel_is_not_sent_on_the_one_that_has_its_number()
    {
        var seen = new Distribution(
            "closed by the broker", "closed by us", "several at once", "settled twice");
        await AsyncProps.ForAll(
            "F6",
            draw => (
                Stale: draw.Int(1, 5),
                Fresh: draw.Int(1, 5),
                ByPeer: draw.OneIn(2),
                Acts: draw.List(draw.Int(1, 8), () => (
                    IsStale: draw.OneIn(2), Which: draw.Int(0, 4), How: draw.Int(0, 3), Multiple: draw.OneIn(3)))),
            async c =>
            {
                var client = await WatchedClient.OpenAsync(new AmqpConnectionOptions());
                var stale = await DeliverAsync(client, client.Channel, c.Stale);
                await CloseAsync(client, c.ByPeer);
                var channel = await client.OpenChannelAsync(1, new AmqpChannelOptions());
                Assert.Equal(1, channel.Number);
                var fresh = await DeliverAsync(client, channel, c.Fresh);
                var due = new List<AmqpMethod>();
                await client.BarrierAsync();
                var before = client.MethodsOn(1).Count();
                var settled = new HashSet<Delivery>();
                foreach (var (isStale, which, how, multiple) in c.Acts)
                {
                    var from = isStale ? stale : fresh;
                    var delivery = from[which % from.Count];
                    var error = await Record.ExceptionAsync(() => SettleAsync(delivery, how, multiple));
                    Assert.Equal(isStale, error is AmqpChannelClosedException);
                    Assert.Equal(!isStale && settled.Contains(delivery), error is AmqpMisuseException);
                    if (!isStale && settled.Add(delivery))
                    {
                        due.Add(Method(delivery.DeliveryTag, how, multiple));
                    }
                }

                await client.BarrierAsync();
                Assert.Equal(due, client.MethodsOn(1).Skip(before));
                seen.Case();
                seen.Saw(c.ByPeer ? "closed by the broker" : "closed by us");
                seen.Saw("settled twice", c.Acts.Count(a => !a.IsStale) > settled.Count);
                seen.Saw("several at once", c.Acts.Any(a => a.IsStale && a.Multiple));
                await EndAsync(client);
            });
        seen.Require("F6", 20);
    }

    [Fact]
    public async Task F8_A_consumer_handles_all_that_came_before_its_end_and_nothing_after()
    {
        var seen = new Distribution("by us", "by the broker", "with deliveries under way", "with deliveries after");
        await AsyncProps.ForAll(
            "F8.consumer",
            draw => (
                Early: draw.Int(0, 5), UnderWay: draw.Int(0, 5), Late: draw.Int(0, 5), ByBroker: draw.OneIn(2),
                NoAck: draw.OneIn(2)),
            async c =>
            {
                var client = await WatchedClient.OpenAsync(
                    new AmqpConnectionOptions(), new AmqpChannelOptions());
                var handled = new List<ulong>();
                var consumer = await SubscribeAsync(client, client.Channel, d => handled.Add(d.DeliveryTag), c.NoAck);
                ulong tag = 0;
                QueueDeliveries(client, c.Early, ref tag);
                await client.BarrierAsync();
                var cancelling = c.ByBroker ? Task.CompletedTask : consumer.CancelAsync();
                if (!c.ByBroker)
                {
                    await client.ReadUntilAsync(() => client.MethodsOn(1).Any(m => m is BasicCancel));
                }

                // Sent before the broker knew of the cancel; then the end; then what no honest broker sends.
                QueueDeliveries(client, c.UnderWay, ref tag);
                client.Peer.Queue(1, c.ByBroker
                    ? new BasicCancel { ConsumerTag = "c", NoWait = true }
                    : new BasicCancelOk { ConsumerTag = "c" });
                QueueDeliveries(client, c.Late, ref tag);
                await client.BarrierAsync();
                await cancelling.Within();
                await consumer.Completion.Within();
                Assert.Equal(Enumerable.Range(1, c.Early + c.UnderWay).Select(i => (ulong)i), handled);
                Assert.True(client.Connection.IsOpen);
                seen.Case();
                seen.Saw(c.ByBroker ? "by the broker" : "by us");
                seen.Saw("with deliveries under way", c.UnderWay > 0);
                seen.Saw("with deliveries after", c.Late > 0);
                await EndAsync(client);
            });
        seen.Require("F8.consumer", 20);
    }

    private static async Task<List<Delivery>> DeliverAsync(WatchedClient client, AmqpChannel channel, int count)
    {
        var deliveries = new List<Delivery>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscribeAsync(
            client,
            channel,
            delivery =>
            {
                deliveries.Add(delivery);
                if (deliveries.Count == count)
                {
                    all.SetResult();
                }
            },
            noAck: false);
        ulong tag = 0;
        QueueDeliveries(client, count, ref tag);
        await client.Peer.FlushAsync().Within();
        await all.Task.Within();
        return deliveries;
    }

    private static async Task<AmqpConsumer> SubscribeAsync(
        WatchedClient client, AmqpChannel channel, Action<Delivery> handle, bool noAck)
    {
        var subscribing = channel.SubscribeAsync(
            "q",
            (delivery, _) =>
            {
                handle(delivery);
                return default;
            },
            new ConsumeOptions { ConsumerTag = "c", NoAck = noAck });
        client.Peer.Queue(1, new BasicConsumeOk { ConsumerTag = "c" });
        await client.Peer.FlushAsync().Within();
        return await subscribing.Within();
    }

    private static void QueueDeliveries(WatchedClient client, int count, ref ulong tag)
    {
        for (var i = 0; i < count; i++)
        {
            client.Peer.QueueContent(
                1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = ++tag, RoutingKey = "q" }, new byte[i * 10]);
        }
    }

    private static async Task CloseAsync(WatchedClient client, bool byPeer)
    {
        if (byPeer)
        {
            client.Peer.Queue(1, new ChannelClose { ReplyCode = 406, ReplyText = "PRECONDITION_FAILED" });
            await client.BarrierAsync();
            await client.Channel.Completion.Within();
            return;
        }

        var closing = client.Channel.CloseAsync();
        await client.ReadUntilAsync(() => client.MethodsOn(1).Any(m => m is ChannelClose));
        client.Peer.Queue(1, new ChannelCloseOk());
        await client.BarrierAsync();
        await closing.Within();
    }

    private static async Task EndAsync(WatchedClient client)
    {
        var aborting = client.Connection.AbortAsync();
        await client.Peer.LeaveAsync();
        await aborting.Within();
    }

    private static Task SettleAsync(Delivery delivery, int how, bool multiple) => how switch
    {
        0 => delivery.AckAsync(multiple).AsTask(),
        1 => delivery.NackAsync(requeue: true, multiple).AsTask(),
        2 => delivery.NackAsync(requeue: false, multiple).AsTask(),
        _ => delivery.RejectAsync().AsTask(),
    };

    private static AmqpMethod Method(ulong tag, int how, bool multiple) => how switch
    {
        0 => new BasicAck { DeliveryTag = tag, Multiple = multiple },
        1 => new BasicNack { DeliveryTag = tag, Multiple = multiple, Requeue = true },
        2 => new BasicNack { DeliveryTag = tag, Multiple = multiple, Requeue = false },
        _ => new BasicReject { DeliveryTag = tag, Requeue = true },
    };
}
