using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task A_cut_anywhere_in_what_the_broker_says_ends_every_call_with_a_typed_error()
    {
        var good = Options.Endpoints[0];
        var (_, start, end) = await WorkThroughAsync(good, RelayCut.None);
        var reached = 0;
        for (var i = 0; i < 40; i++)
        {
            var at = start.FromBroker + (end.FromBroker - start.FromBroker) * i / 40;
            reached += await CutAsync(good, RelayCut.OfBroker(at, reset: i % 2 == 0)) ? 1 : 0;
        }

        Assert.InRange(reached, 30, 40);
    }

    [SkippableFact]
    public async Task A_cut_anywhere_in_what_the_client_says_ends_every_call_with_a_typed_error()
    {
        var good = Options.Endpoints[0];
        var (_, start, end) = await WorkThroughAsync(good, RelayCut.None);
        var reached = 0;
        for (var i = 0; i < 40; i++)
        {
            var at = start.FromClient + (end.FromClient - start.FromClient) * i / 40;
            reached += await CutAsync(good, RelayCut.OfClient(at, reset: i % 2 == 0)) ? 1 : 0;
        }

        Assert.InRange(reached, 30, 40);
    }

    [SkippableFact]
    public async Task A_cut_ends_calls_that_wait_on_many_channels()
    {
        var good = Options.Endpoints[0];
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port));
        var confirms = new AmqpChannelOptions { PublisherConfirms = true };
        var channels = new List<AmqpChannel>();
        for (var i = 0; i < 10; i++)
        {
            channels.Add(await connection.OpenChannelAsync(confirms).Within());
        }

        var loops = channels.Select(async channel =>
        {
            var queue = await ExclusiveQueueAsync(channel);
            while (true)
            {
                await channel.PublishAsync("", queue, Bytes("x"));
                await channel.PurgeQueueAsync(queue);
            }
        }).ToList();
        await channels[0].DeclareQueueAsync(exclusive: true).Within();
        relay.Cut();
        foreach (var loop in loops)
        {
            await Assert.ThrowsAnyAsync<AmqpException>(() => loop.Within());
        }

        await connection.Completion.Within();
        Assert.All(channels, channel => Assert.False(channel.IsOpen));
    }

    [SkippableFact]
    public async Task A_cut_ends_a_consuming_loop_with_a_typed_error()
    {
        var good = Options.Endpoints[0];
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port));
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        using var deadline = Waiting.Deadline();
        await Assert.ThrowsAnyAsync<AmqpException>(async () =>
        {
            await foreach (var _ in channel.ConsumeAsync(queue, cancellationToken: deadline.Token))
            {
                relay.Cut();
            }
        });
    }

    [SkippableFact]
    public async Task Heartbeats_keep_an_idle_connection_and_notice_a_silent_broker()
    {
        var good = Options.Endpoints[0];
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port) with { Heartbeat = TimeSpan.FromSeconds(1) });
        var channel = await connection.OpenChannelAsync().Within();
        var before = relay.FromBroker;
        await relay.PassedAsync(before + 16).Within();
        Assert.True(connection.IsOpen);
        relay.Silence();
        var call = channel.DeclareQueueAsync(exclusive: true);
        await connection.Completion.Within();
        Assert.IsType<AmqpHeartbeatException>(connection.CloseReason);
        await Assert.ThrowsAnyAsync<AmqpException>(() => call.Within());
    }

    [SkippableFact]
    public async Task A_cut_while_closing_still_closes()
    {
        var good = Options.Endpoints[0];
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port));
        await connection.OpenChannelAsync().Within();
        var close = connection.CloseAsync();
        relay.Cut();
        await close.Within();
        await connection.Completion.Within();
        Assert.False(connection.IsOpen);
    }

    [SkippableFact]
    public async Task After_a_cut_a_new_connection_finds_what_was_confirmed()
    {
        var good = Options.Endpoints[0];
        var owner = await ConnectAsync();
        var admin = await owner.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(admin);
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port));
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }).Within();
        for (var i = 0; i < 5; i++)
        {
            await channel.PublishAsync("", queue, Bytes($"{i}")).Within();
        }

        relay.Cut();
        await connection.Completion.Within();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($"{i}", Text(await TakeAsync(admin, queue, noAck: true)));
        }
    }

    private readonly record struct Passed(long FromClient, long FromBroker);

    /// <summary>Uses everything through a relay; tells what ended it and what had passed at its start and
    /// end.</summary>
    private async Task<(Exception? Error, Passed Start, Passed End)> WorkThroughAsync(AmqpEndpoint good, RelayCut cut)
    {
        await using var relay = new TcpRelay(good.Host, good.Port, cut);
        await using var connection = await AmqpConnection.ConnectAsync(OptionsFor(relay.Port)).Within();
        var start = new Passed(relay.FromClient, relay.FromBroker);
        var error = await Record.ExceptionAsync(() => WorkAsync(connection));
        var end = new Passed(relay.FromClient, relay.FromBroker);
        if (error is not null)
        {
            await connection.Completion.Within();
            Assert.False(connection.IsOpen);
            Assert.NotNull(connection.CloseReason);
            await Assert.ThrowsAnyAsync<AmqpException>(() => connection.OpenChannelAsync().Within());
        }

        return (error, start, end);
    }

    /// <summary>Cuts, and checks how the work ended.</summary>
    /// <returns>Whether the cut was reached. The last ones may not be: when the broker takes several confirms together
    /// it says a few octets less than the last time.</returns>
    private async Task<bool> CutAsync(AmqpEndpoint good, RelayCut cut)
    {
        try
        {
            var (error, _, _) = await WorkThroughAsync(good, cut);
            Assert.True(error is AmqpException or null, $"{cut}: {error}");
            return error is not null;
        }
        catch (AmqpException)
        {
            return true; // the handshake was a few octets longer than the last time, and the cut fell into its end
        }
    }

    private static async Task WorkAsync(AmqpConnection connection)
    {
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        var inbox = await Inbox.OpenAsync(channel, queue);
        var publishes = Enumerable.Range(0, 8)
            .Select(i => channel.PublishAsync("", queue, Pattern(i * 100)).AsTask())
            .ToList();
        var deliveries = NextAllAsync(inbox, publishes.Count, connection);
        await Task.WhenAll(publishes).Within();
        foreach (var delivery in await deliveries)
        {
            await delivery.AckAsync().Within();
        }

        await TakeAsync(channel, queue);
        await channel.DeleteQueueAsync(queue).Within();
        await channel.CloseAsync().Within();
    }

    /// <summary>The next deliveries, or the reason why none come any more.</summary>
    private static async Task<List<Delivery>> NextAllAsync(Inbox inbox, int count, AmqpConnection connection)
    {
        var all = inbox.NextAsync(count);
        if (await Task.WhenAny(all, connection.Completion).Within() != all)
        {
            throw connection.CloseReason!;
        }

        return await all;
    }
}
