using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Facades;

public abstract partial class FacadeSuite
{
    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Queues_are_declared_found_purged_and_deleted_with_their_counts(FacadeKind kind)
    {
        var channel = await OpenAsync(kind, confirms: true);
        var unnamed = (await channel.DeclareQueueAsync().Within()).Queue;
        Assert.StartsWith("amq.gen-", unnamed);
        var queue = await QueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("1")).Within();
        await channel.PublishAsync("", queue, Bytes("2")).Within();
        Assert.Equal(2u, (await channel.DeclareQueueAsync(queue, passive: true).Within()).MessageCount);
        Assert.Equal(2u, await channel.PurgeQueueAsync(queue).Within());
        await channel.PublishAsync("", queue, Bytes("3")).Within();
        Assert.Equal(1u, await channel.DeleteQueueAsync(queue).Within());
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareQueueAsync(queue, passive: true).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.False(channel.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_queue_that_is_declared_otherwise_closes_the_channel_and_not_the_connection(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        var queue = await QueueAsync(channel);
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareQueueAsync(queue, autoDelete: true).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
        Assert.True(facade.IsOpen);
        await (await facade.OpenChannelAsync().Within()).DeleteQueueAsync(queue).Within();
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Exchanges_are_declared_bound_unbound_and_deleted(FacadeKind kind)
    {
        var channel = await OpenAsync(kind, confirms: true);
        var (source, exchange) = (NewName("source"), NewName("exchange"));
        await channel.DeclareExchangeAsync(source, "fanout").Within();
        await channel.DeclareExchangeAsync(exchange, "topic").Within();
        await channel.DeclareExchangeAsync(exchange, passive: true).Within();
        var queue = await QueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "a.*").Within();
        await channel.BindExchangeAsync(exchange, source, "").Within();
        await channel.PublishAsync(source, "a.b", Bytes("1")).Within();
        await channel.PublishAsync(exchange, "b.b", Bytes("2")).Within();
        Assert.Equal(1u, await channel.PurgeQueueAsync(queue).Within());
        await channel.BindExchangeAsync(exchange, source, "", unbind: true).Within();
        await channel.PublishAsync(source, "a.b", Bytes("3")).Within();
        await channel.BindQueueAsync(queue, exchange, "a.*", unbind: true).Within();
        await channel.PublishAsync(exchange, "a.b", Bytes("4")).Within();
        Assert.Equal(0u, await channel.PurgeQueueAsync(queue).Within());
        await channel.DeleteExchangeAsync(exchange).Within();
        await channel.DeleteExchangeAsync(source).Within();
        await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareExchangeAsync(source, passive: true).Within());
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Calls_that_overlap_on_a_channel_are_answered_in_turn(FacadeKind kind)
    {
        var channel = await OpenAsync(kind);
        var queue = await QueueAsync(channel);
        var calls = Enumerable.Range(0, 20).Select(i => i % 2 == 0
            ? (Task)channel.DeclareQueueAsync(queue, passive: true)
            : channel.GetAsync(queue));
        await Task.WhenAll(calls.ToList()).Within();
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Many_declares_of_missing_exchanges_and_a_close_end_all(FacadeKind kind)
    {
        var channel = await OpenAsync(kind);
        var calls = Enumerable.Range(0, 99)
            .Select(_ => Record.ExceptionAsync(() => channel.DeclareExchangeAsync("none.such", passive: true)))
            .ToList();
        var closing = Record.ExceptionAsync(channel.CloseAsync);
        Assert.All(await Task.WhenAll(calls).Within(), error => Assert.IsAssignableFrom<AmqpException>(error));
        await closing.Within();
        Assert.False(channel.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_call_that_waits_when_its_channel_is_closed_is_answered_first(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        var queue = await QueueAsync(channel);
        var deleting = channel.DeleteQueueAsync(queue);
        await channel.CloseAsync().Within();
        Assert.Equal(0u, await deleting.Within());
        Assert.False(channel.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Transactions_commit_and_roll_back_and_must_be_selected(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        var queue = await QueueAsync(channel);
        await channel.TxAsync("select").Within();
        await channel.PublishAsync("", queue, Bytes("dropped")).Within();
        await channel.TxAsync("rollback").Within();
        await channel.PublishAsync("", queue, Bytes("kept")).Within();
        Assert.Null(await channel.GetAsync(queue).Within());
        await channel.TxAsync("commit").Within();
        Assert.Equal("kept", Text((await channel.GetAsync(queue).Within())?.Message));
        foreach (var what in new[] { "commit", "rollback" })
        {
            var plain = await facade.OpenChannelAsync().Within();
            await Assert.ThrowsAsync<AmqpChannelClosedException>(() => plain.TxAsync(what).Within());
        }
    }
}
