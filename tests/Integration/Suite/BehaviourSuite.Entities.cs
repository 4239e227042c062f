using Amqp.Engine.Arguments;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableTheory]
    [InlineData(QueueType.Classic)]
    [InlineData(QueueType.Quorum)]
    [InlineData(QueueType.Stream)]
    public async Task Typed_arguments_declare_each_kind_of_queue(QueueType type)
    {
        var channel = await OpenAsync();
        var name = NewName("queue");
        _queues.Add(name);
        var arguments = new QueueArguments
        {
            Type = type,
            MaxLengthBytes = 1_000_000_000,
            DeliveryLimit = type == QueueType.Quorum ? 5 : null,
            MaxPriority = type == QueueType.Classic ? 5 : null,
            MaxAge = type == QueueType.Stream ? TimeSpan.FromHours(1) : null,
        };
        await channel.DeclareQueueAsync(name, durable: true, arguments: arguments).Within();
        Assert.Equal(name, (await channel.DeclareQueueAsync(name, durable: true, arguments: arguments).Within()).Queue);
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(() => channel.DeclareQueueAsync(
            name, durable: true, arguments: arguments with { MaxLengthBytes = 5 }).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
    }

    [SkippableFact]
    public async Task The_deaths_of_a_message_can_be_read()
    {
        var channel = await OpenAsync(confirms: true);
        var dead = await ExclusiveQueueAsync(channel);
        var name = NewName("queue");
        await channel.DeclareQueueAsync(
            name,
            exclusive: true,
            arguments: new QueueArguments { DeadLetterExchange = "", DeadLetterRoutingKey = dead }).Within();
        await channel.PublishAsync("", name, Bytes("x")).Within();
        var message = (await TakeAsync(channel, name))!;
        await message.RejectAsync(requeue: false);
        await foreach (var moved in channel.ConsumeAsync(dead, cancellationToken: Waiting.Deadline().Token))
        {
            AssertRejectedOnce(name, moved);
            break;
        }
    }

    private static void AssertRejectedOnce(string name, Delivery moved)
    {
        var death = Assert.Single(DeathRecord.Read(moved.Properties.Headers));
        Assert.Equal((name, "rejected", 1L, ""), (death.Queue, death.Reason, death.Count, death.Exchange));
        Assert.Equal(name, Assert.Single(death.RoutingKeys));
        Assert.NotNull(death.Time);
    }

    [SkippableFact]
    public async Task An_exchange_is_declared_found_and_deleted()
    {
        var channel = await OpenAsync();
        var exchange = await ExchangeAsync(channel, "topic");
        await channel.DeclareExchangePassiveAsync(exchange).Within();
        await channel.DeleteExchangeAsync(exchange).Within();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareExchangePassiveAsync(exchange).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
    }

    [SkippableFact]
    public async Task An_exchange_redeclared_with_the_same_arguments_is_accepted()
    {
        var channel = await OpenAsync();
        var exchange = await ExchangeAsync(channel, "fanout");
        await channel.DeclareExchangeAsync(exchange, "fanout", durable: true).Within();
        Assert.True(channel.IsOpen);
    }

    [SkippableFact]
    public async Task An_unknown_exchange_type_is_refused()
    {
        // RabbitMQ 3 closes the connection, 4 only the channel.
        var channel = await OpenAsync();
        var error = await Assert.ThrowsAnyAsync<AmqpException>(
            () => channel.DeclareExchangeAsync(NewName("exchange"), "no-such-type").Within());
        Assert.Contains("unknown exchange type 'no-such-type'", error.Message);
        Assert.False(channel.IsOpen);
    }

    [SkippableFact]
    public async Task An_exchange_redeclared_with_other_arguments_closes_the_channel()
    {
        var channel = await OpenAsync();
        var exchange = await ExchangeAsync(channel, "fanout");
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareExchangeAsync(exchange, "direct", durable: true).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
        Assert.Contains("inequivalent arg 'type'", error.Text);
    }

    [SkippableFact]
    public async Task A_queue_without_a_name_gets_one_from_the_broker()
    {
        var channel = await OpenAsync();
        var declared = await channel.DeclareQueueAsync(exclusive: true).Within();
        Assert.StartsWith("amq.gen-", declared.Queue);
        await channel.PublishAsync("", declared.Queue, Bytes("x")).Within();
        Assert.Equal("x", Text(await TakeAsync(channel, declared.Queue, noAck: true)));
        Assert.Equal(0u, await channel.DeleteQueueAsync(declared.Queue).Within());
    }

    [SkippableFact]
    public async Task A_named_queue_is_declared_found_with_its_counts_and_deleted()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c");
        var found = await channel.DeclareQueuePassiveAsync(queue).Within();
        Assert.Equal(3u, found.MessageCount);
        Assert.Equal(0u, found.ConsumerCount);
        Assert.Equal(3u, await channel.DeleteQueueAsync(queue).Within());
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareQueuePassiveAsync(queue).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
    }

    [SkippableFact]
    public async Task A_queue_redeclared_with_other_arguments_closes_the_channel()
    {
        var channel = await OpenAsync();
        var queue = await SharedQueueAsync(channel);
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareQueueAsync(queue, durable: true, autoDelete: true).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
        Assert.Contains("inequivalent arg 'auto_delete'", error.Text);
    }

    [SkippableFact]
    public async Task Queue_arguments_have_their_effect()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = NewName("queue");
        var arguments = FieldTable.Empty.With("x-max-length", 2);
        await channel.DeclareQueueAsync(queue, exclusive: true, arguments: arguments).Within();
        foreach (var text in (string[])["a", "b", "c"])
        {
            await channel.PublishAsync("", queue, Bytes(text)).Within();
        }

        Assert.Equal("b", Text(await TakeAsync(channel, queue, noAck: true)));
    }

    [SkippableFact]
    public async Task A_queue_in_use_or_not_empty_is_deleted_only_on_demand()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a");
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeleteQueueAsync(queue, ifEmpty: true).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
        var next = await connection.OpenChannelAsync().Within();
        Assert.Equal(1u, await next.DeleteQueueAsync(queue, ifUnused: true).Within());
    }

    [SkippableFact]
    public async Task An_exclusive_queue_is_locked_for_other_connections()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var other = await OpenAsync();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => other.DeclareQueuePassiveAsync(queue).Within());
        Assert.Equal(ReplyCode.ResourceLocked, error.Code);
    }

    [SkippableFact]
    public async Task Bindings_decide_what_arrives_and_purge_counts_it()
    {
        var channel = await OpenAsync(confirms: true);
        var exchange = await ExchangeAsync(channel);
        var queue = await ExclusiveQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "wanted").Within();
        await channel.PublishAsync(exchange, "wanted", Bytes("1")).Within();
        await channel.PublishAsync(exchange, "wanted", Bytes("2")).Within();
        await channel.PublishAsync(exchange, "other", Bytes("3")).Within();
        Assert.Equal(2u, await channel.PurgeQueueAsync(queue).Within());
        Assert.Equal(0u, await channel.PurgeQueueAsync(queue).Within());
        await channel.UnbindQueueAsync(queue, exchange, "wanted").Within();
        await channel.PublishAsync(exchange, "wanted", Bytes("4")).Within();
        Assert.Equal(0u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableFact]
    public async Task Exchanges_are_bound_to_exchanges_and_unbound()
    {
        var channel = await OpenAsync(confirms: true);
        var source = await ExchangeAsync(channel, "fanout");
        var destination = await ExchangeAsync(channel, "direct");
        var queue = await ExclusiveQueueAsync(channel);
        await channel.BindQueueAsync(queue, destination, "key").Within();
        await channel.BindExchangeAsync(destination, source, "").Within();
        await channel.PublishAsync(source, "key", Bytes("through")).Within();
        Assert.Equal("through", Text(await TakeAsync(channel, queue, noAck: true)));
        await channel.UnbindExchangeAsync(destination, source, "").Within();
        await channel.PublishAsync(source, "key", Bytes("gone")).Within();
        Assert.Null(await TakeAsync(channel, queue, noAck: true));
    }

    [SkippableFact]
    public async Task Topic_and_headers_exchanges_route_by_their_rules()
    {
        var channel = await OpenAsync(confirms: true);
        var topic = await ExchangeAsync(channel, "topic");
        var headers = await ExchangeAsync(channel, "headers");
        var queue = await ExclusiveQueueAsync(channel);
        await channel.BindQueueAsync(queue, topic, "a.*.c").Within();
        var match = FieldTable.Empty.With("x-match", "all").With("colour", "red");
        await channel.BindQueueAsync(queue, headers, arguments: match).Within();
        await channel.PublishAsync(topic, "a.b.c", Bytes("topic")).Within();
        await channel.PublishAsync(topic, "a.b.b.c", Bytes("no")).Within();
        var red = new BasicProperties { Headers = FieldTable.Empty.With("colour", "red") };
        var blue = new BasicProperties { Headers = FieldTable.Empty.With("colour", "blue") };
        await channel.PublishAsync(headers, "", Bytes("red"), red).Within();
        await channel.PublishAsync(headers, "", Bytes("blue"), blue).Within();
        Assert.Equal("topic", Text(await TakeAsync(channel, queue, noAck: true)));
        Assert.Equal("red", Text(await TakeAsync(channel, queue, noAck: true)));
        Assert.Null(await TakeAsync(channel, queue, noAck: true));
    }

    [SkippableFact]
    public async Task Binding_to_a_missing_exchange_closes_the_channel()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.BindQueueAsync(queue, NewName("missing"), "key").Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.Equal(MethodId.QueueBind, error.Method);
    }

    [SkippableFact]
    public async Task A_name_too_long_for_the_wire_is_refused_before_anything_is_sent()
    {
        var channel = await OpenAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => channel.DeclareQueueAsync(new string('n', 256)).Within());
        Assert.True(channel.IsOpen);
        await ExclusiveQueueAsync(channel);
    }
}
