using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task What_is_published_is_consumed()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("hello")).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        var delivery = await inbox.NextAsync();
        Assert.Equal("hello", Text(delivery));
        Assert.Equal("", delivery.Exchange);
        Assert.Equal(queue, delivery.RoutingKey);
        Assert.Equal(1ul, delivery.DeliveryTag);
        Assert.False(delivery.Redelivered);
        await delivery.AckAsync().Within();
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4088)]
    [InlineData(4089)]
    [InlineData(131_064)]
    [InlineData(131_065)]
    [InlineData(1_000_003)]
    public async Task A_body_of_any_size_arrives_unchanged(int size)
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var body = Pattern(size);
        await channel.PublishAsync("", queue, body).Within();
        await channel.PublishAsync("", queue, Bytes("after")).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        Assert.True((await inbox.NextAsync()).Body.Span.SequenceEqual(body));
        Assert.Equal("after", Text(await inbox.NextAsync()));
    }

    [SkippableFact]
    public async Task A_body_in_many_small_frames_arrives_unchanged()
    {
        var connection = await ConnectAsync(Options with { FrameMax = 4096 });
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        var body = Pattern(300_001);
        await channel.PublishAsync("", queue, body).Within();
        var result = await TakeAsync(channel, queue, noAck: true);
        Assert.True(result!.Body.Span.SequenceEqual(body));
    }

    [SkippableFact]
    public async Task A_huge_message_arrives_unchanged()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var body = Pattern(12 * 1024 * 1024);
        await channel.PublishAsync("", queue, body).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        Assert.True((await inbox.NextAsync()).Body.Span.SequenceEqual(body));
    }

    [SkippableFact]
    public async Task Many_messages_arrive_in_order()
    {
        const int Count = 5000;
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await using var inbox = await Inbox.OpenAsync(channel, queue, noAck: true);
        for (var i = 0; i < Count; i++)
        {
            await channel.PublishAsync("", queue, Bytes($"{i}"));
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"{i}", Text(await inbox.NextAsync()));
        }
    }

    [SkippableFact]
    public async Task Getting_tells_the_message_and_how_many_are_left()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b");
        var first = await channel.GetAsync(queue).Within();
        Assert.Equal(1u, first!.MessageCount);
        Assert.Equal("a", Text(first.Message));
        Assert.Equal(queue, first.Message.RoutingKey);
        await first.Message.AckAsync().Within();
        Assert.Equal("b", Text(await TakeAsync(channel, queue, noAck: true)));
        Assert.Null(await TakeAsync(channel, queue));
        Assert.Equal(0u, await ReadyAsync(connection, queue));
    }

    [SkippableFact]
    public async Task Many_gets_may_wait_on_one_channel()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c");
        var gets = Enumerable.Range(0, 4).Select(_ => channel.GetAsync(queue, noAck: true)).ToList();
        var results = await Task.WhenAll(gets).Within();
        Assert.Equal(["a", "b", "c"], results.Take(3).Select(result => Text(result?.Message)));
        Assert.Null(results[3]);
    }

    [SkippableFact]
    public async Task All_properties_arrive_as_they_were_sent()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var sent = new BasicProperties
        {
            ContentType = "text/plain",
            ContentEncoding = "utf-8",
            Headers = FieldTable.Empty.With("key", "värde"),
            DeliveryMode = 2,
            Priority = 7,
            CorrelationId = "correlation",
            ReplyTo = "reply",
            Expiration = "600000",
            MessageId = "message",
            Timestamp = 1_700_000_000,
            Type = "type",
            UserId = Options.UserName,
            AppId = "app",
            ClusterId = "cluster",
        };
        await channel.PublishAsync("", queue, Bytes("x"), sent).Within();
        var got = await TakeAsync(channel, queue, noAck: true);
        Assert.Equal(sent, got!.Properties);
    }

    [SkippableFact]
    public async Task Absent_properties_stay_absent()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        var got = await TakeAsync(channel, queue, noAck: true);
        Assert.Equal(BasicProperties.Empty, got!.Properties);
    }

    [SkippableFact]
    public async Task Headers_keep_the_type_of_every_value()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var headers = FieldTable.Create(
            ("array", FieldValue.Array([FieldValue.Int32(1), FieldValue.LongString("two"), FieldValue.Void])),
            ("boolean", FieldValue.Boolean(true)),
            ("bytes", FieldValue.Bytes(new byte[] { 0, 255, 1 })),
            ("decimal", FieldValue.Decimal(2, 31_415)),
            ("double", FieldValue.Double(2.5)),
            ("float", FieldValue.Float(1.5f)),
            ("int16", FieldValue.Int16(-300)),
            ("int32", FieldValue.Int32(-70_000)),
            ("int64", FieldValue.Int64(long.MinValue)),
            ("int8", FieldValue.Int8(-3)),
            ("longstr", FieldValue.LongString("text")),
            ("table", FieldValue.Table(FieldTable.Create(("inner", FieldValue.LongString("value"))))),
            ("timestamp", FieldValue.Timestamp(1_700_000_000)),
            ("uint16", FieldValue.UInt16(65_000)),
            ("uint32", FieldValue.UInt32(4_000_000_000)),
            ("uint8", FieldValue.UInt8(200)),
            ("void", FieldValue.Void));
        await channel.PublishAsync("", queue, Bytes("x"), new BasicProperties { Headers = headers }).Within();
        var got = await TakeAsync(channel, queue, noAck: true);
        Assert.Equal(headers, got!.Properties.Headers);
    }

    [SkippableFact]
    public async Task A_message_with_a_time_to_live_of_nothing_does_not_stay()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x"), new BasicProperties { Expiration = "0" }).Within();
        Assert.Null(await TakeAsync(channel, queue, noAck: true));
    }

    [SkippableFact]
    public async Task A_user_id_that_is_not_the_users_own_closes_the_channel()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var properties = new BasicProperties { UserId = "someone-else" };
        await Assert.ThrowsAnyAsync<AmqpException>(
            () => channel.PublishAsync("", queue, Bytes("x"), properties).Within());
        await channel.Completion.Within();
        var reason = Assert.IsType<AmqpChannelClosedException>(channel.CloseReason);
        Assert.Equal(ReplyCode.PreconditionFailed, reason.Code);
    }
}
