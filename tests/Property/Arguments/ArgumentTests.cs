using Amqp.Engine.Arguments;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Arguments;

/// <summary>RabbitMQ's arguments with types: what is sent, and what is refused before it is sent.</summary>
public class ArgumentTests
{
    public static TheoryData<QueueArguments, string> Wrong => new()
    {
        { new QueueArguments { MessageTtl = TimeSpan.FromMilliseconds(-1) }, "MessageTtl" },
        { new QueueArguments { MessageTtl = TimeSpan.FromTicks(1) }, "MessageTtl" },
        { new QueueArguments { MessageTtl = TimeSpan.FromDays(3651) }, "MessageTtl" },
        { new QueueArguments { Expires = TimeSpan.Zero }, "Expires" },
        { new QueueArguments { MaxLength = -1 }, "MaxLength" },
        { new QueueArguments { MaxLengthBytes = -1 }, "MaxLengthBytes" },
        { new QueueArguments { MaxPriority = 0 }, "MaxPriority" },
        { new QueueArguments { MaxPriority = 5, Type = QueueType.Quorum }, "MaxPriority" },
        { new QueueArguments { DeadLetterRoutingKey = "k" }, "DeadLetterRoutingKey" },
        { new QueueArguments { DeliveryLimit = -2 }, "DeliveryLimit" },
        { new QueueArguments { DeliveryLimit = 3, Type = QueueType.Classic }, "DeliveryLimit" },
        { new QueueArguments { DeadLetterStrategy = DeadLetterStrategy.AtLeastOnce }, "DeadLetterStrategy" },
        {
            new QueueArguments { Overflow = QueueOverflow.RejectPublishDeadLetter, Type = QueueType.Stream },
            "Overflow"
        },
        { new QueueArguments { MaxAge = TimeSpan.FromSeconds(1), Type = QueueType.Quorum }, "MaxAge" },
        { new QueueArguments { MaxAge = TimeSpan.FromMilliseconds(1500) }, "MaxAge" },
        { new QueueArguments { MaxSegmentBytes = 0 }, "MaxSegmentBytes" },
        { new QueueArguments { InitialClusterSize = 0 }, "InitialClusterSize" },
        { new QueueArguments { MaxLength = 1, Further = FieldTable.Create(("x-max-length", 2)) }, "Further" },
    };

    [Fact]
    public void Nothing_set_sends_nothing() => Assert.Equal(FieldTable.Empty, new QueueArguments().ToTable());

    [Fact]
    public void What_is_set_is_sent_under_RabbitMQs_names()
    {
        FieldTable table = new QueueArguments
        {
            Type = QueueType.Classic,
            MessageTtl = TimeSpan.FromSeconds(60),
            Expires = TimeSpan.FromHours(1),
            MaxLength = 10,
            MaxLengthBytes = 1000,
            Overflow = QueueOverflow.RejectPublishDeadLetter,
            DeadLetterExchange = "",
            DeadLetterRoutingKey = "dead",
            MaxPriority = 5,
            SingleActiveConsumer = true,
            Further = FieldTable.Create(("x-queue-mode", "lazy")),
        };
        Assert.Equal(
            FieldTable.Create(
                ("x-queue-type", "classic"),
                ("x-message-ttl", 60_000L),
                ("x-expires", 3_600_000L),
                ("x-max-length", 10L),
                ("x-max-length-bytes", 1000L),
                ("x-overflow", "reject-publish-dlx"),
                ("x-dead-letter-exchange", ""),
                ("x-dead-letter-routing-key", "dead"),
                ("x-max-priority", 5L),
                ("x-single-active-consumer", true),
                ("x-queue-mode", "lazy")),
            table);
    }

    [Fact]
    public void Quorum_queues_and_streams_have_their_own()
    {
        Assert.Equal(
            FieldTable.Create(
                ("x-queue-type", "quorum"),
                ("x-overflow", "reject-publish"),
                ("x-dead-letter-exchange", "dlx"),
                ("x-dead-letter-strategy", "at-least-once"),
                ("x-delivery-limit", 3L),
                ("x-initial-cluster-size", 3L)),
            new QueueArguments
            {
                Type = QueueType.Quorum,
                DeliveryLimit = 3,
                DeadLetterExchange = "dlx",
                DeadLetterStrategy = DeadLetterStrategy.AtLeastOnce,
                Overflow = QueueOverflow.RejectPublish,
                InitialClusterSize = 3,
            }.ToTable());
        Assert.Equal(
            FieldTable.Create(
                ("x-queue-type", "stream"),
                ("x-max-age", "604800s"),
                ("x-stream-max-segment-size-bytes", 1_000_000L),
                ("x-queue-leader-locator", "balanced")),
            new QueueArguments
            {
                Type = QueueType.Stream,
                MaxAge = TimeSpan.FromDays(7),
                MaxSegmentBytes = 1_000_000,
                LeaderLocator = "balanced",
            }.ToTable());
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_the_broker_would_refuse_is_refused_by_name(QueueArguments arguments, string name)
    {
        var error = Assert.Throws<ArgumentException>(() => arguments.ToTable());
        Assert.Equal(name, error.ParamName);
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Consumers_have_a_priority_and_a_place_in_a_stream()
    {
        FieldTable table = new ConsumeArguments
        {
            Priority = -3,
            StreamOffset = StreamOffset.Ago(TimeSpan.FromHours(1)),
        };
        Assert.Equal(FieldTable.Create(("x-priority", -3L), ("x-stream-offset", "3600s")), table);
        Assert.Equal(FieldValue.LongString("next"), OffsetOf(default));
        Assert.Equal(FieldValue.LongString("first"), OffsetOf(StreamOffset.First));
        Assert.Equal(FieldValue.LongString("last"), OffsetOf(StreamOffset.Last));
        Assert.Equal(FieldValue.Int64(5), OffsetOf(StreamOffset.At(5)));
        Assert.Equal(FieldValue.Timestamp(60), OffsetOf(StreamOffset.At(DateTimeOffset.UnixEpoch.AddMinutes(1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamOffset.At(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamOffset.Ago(TimeSpan.Zero));
    }

    [Fact]
    public void Deaths_are_read_newest_first()
    {
        FieldTable headers = FieldTable.Create(("x-death", FieldValue.Array(
            FieldValue.Table(FieldTable.Create(
                ("count", 2L),
                ("reason", "rejected"),
                ("queue", "q2"),
                ("time", FieldValue.Timestamp(1_700_000_000)),
                ("exchange", "e"),
                ("routing-keys", FieldValue.Array("a", "b")),
                ("original-expiration", "100"))),
            FieldValue.Table(FieldTable.Create(("count", 1L), ("reason", "expired"), ("queue", "q1"))))));
        Assert.Collection(
            DeathRecord.Read(headers),
            death =>
            {
                Assert.Equal(("q2", "rejected", 2L, "e"), (death.Queue, death.Reason, death.Count, death.Exchange));
                Assert.Equal("a b", string.Join(" ", death.RoutingKeys));
                Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), death.Time);
                Assert.Equal("100", death.OriginalExpiration);
            },
            death =>
            {
                Assert.Equal(("q1", "expired", 1L, ""), (death.Queue, death.Reason, death.Count, death.Exchange));
                Assert.Null(death.Time);
            });
    }

    [Fact]
    public void A_message_that_never_died_or_lies_about_it_has_no_deaths()
    {
        Assert.Empty(DeathRecord.Read(null));
        Assert.Empty(DeathRecord.Read(FieldTable.Empty));
        Assert.Empty(DeathRecord.Read(FieldTable.Create(("x-death", "yes"))));
        Assert.Empty(DeathRecord.Read(FieldTable.Create(("x-death", FieldValue.Array(1, "x", FieldTable.Empty)))));
    }

    [Fact]
    public void No_table_whatever_makes_the_reader_throw() => Props.ForAll(
        "arguments.deaths",
        FieldGens.Table,
        table =>
        {
            FieldTable lies = FieldTable.Create(("x-death", FieldValue.Array(
                FieldValue.Table(table.With("queue", "q").With("reason", "expired")), FieldValue.Table(table))));
            Assert.NotEmpty(DeathRecord.Read(lies));
        });

    private static FieldValue OffsetOf(StreamOffset offset) =>
        new ConsumeArguments { StreamOffset = offset }.ToTable().TryGet("x-stream-offset", out FieldValue value)
            ? value
            : throw new InvalidOperationException("no offset");
}
