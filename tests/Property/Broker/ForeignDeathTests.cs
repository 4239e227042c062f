using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>An x-death header that a client made up, and what RabbitMQ 3.10 makes of it (measured).</summary>
public class ForeignDeathTests
{
    [Fact]
    public void An_entry_without_a_count_counts_from_one() =>
        Assert.Equal(["k1 rejected 1"], AccountAfterRejecting(Entry("k1", "rejected")));

    [Fact]
    public void An_entry_with_a_count_counts_on() =>
        Assert.Equal(
            ["k1 rejected 6"],
            AccountAfterRejecting(Entry("k1", "rejected").With("count", FieldValue.Int64(5))));

    [Fact]
    public void Entries_that_are_the_same_become_one_that_says_how_many_they_were() =>
        Assert.Equal(
            ["k1 rejected 1", "b y 1", "a x 2"],
            AccountAfterRejecting(Entry("a", "x"), Entry("b", "y"), Entry("a", "x")));

    [Fact]
    public void One_of_several_entries_without_a_count_counted_as_one_already() =>
        Assert.Equal(
            ["k1 rejected 2", "b y 1"],
            AccountAfterRejecting(Entry("k1", "rejected"), Entry("b", "y")));

    private static FieldTable Entry(string queue, string reason) =>
        FieldTable.Create(("queue", queue), ("reason", reason));

    private static IEnumerable<string> AccountAfterRejecting(params FieldTable[] entries)
    {
        var core = new BrokerCore();
        core.DeclareQueue("/", "k2");
        core.DeclareQueue("/", "k1", arguments: FieldTable.Create(
            ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "k2")));
        var peer = BrokerPeer.Open(core);
        peer.Publish(1, "", "k1", "m", BasicProperties.Empty with
        {
            Headers = FieldTable.Create(("x-death", FieldValue.Array(entries.Select(FieldValue.Table)))),
        });
        peer.Send(1, new BasicGet { Queue = "k1" }, new BasicReject { DeliveryTag = 1, Requeue = false });
        return core.TakeMessage("/", "k2")!.Properties.Headers!["x-death"].AsArray()
            .Select(static each => each.AsTable())
            .Select(static each => $"{each["queue"].AsString()} {each["reason"].AsString()} {each["count"].AsInt64()}");
    }
}
