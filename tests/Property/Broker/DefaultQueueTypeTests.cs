using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>What a queue is that names no type, as measured with 3.10.8 and 4.0.5.</summary>
public class DefaultQueueTypeTests
{
    [Theory]
    [InlineData("rabbitmq-3.10", null, true, false, null)]
    [InlineData("rabbitmq-3.10", "quorum", true, false, "quorum")]
    [InlineData("rabbitmq-3.10", "stream", true, false, "stream")]
    [InlineData("rabbitmq-3.10", "quorum", false, false, null)]
    [InlineData("rabbitmq-3.10", "quorum", true, true, null)]
    [InlineData("rabbitmq-3.10", "classic", false, true, "classic")]
    [InlineData("rabbitmq-4.0", null, true, false, "classic")]
    [InlineData("rabbitmq-4.0", "quorum", true, false, "quorum")]
    [InlineData("rabbitmq-4.0", "quorum", false, false, "classic")]
    public void A_queue_is_of_its_virtual_hosts_type_where_it_can_be(
        string profile, string? type, bool isDurable, bool isAutoDelete, string? expected)
    {
        var core = new BrokerCore(new BrokerOptions { Profile = BrokerProfile.Find(profile)! });
        core.SetDefaultQueueType("/", type);
        core.DeclareQueue("/", "q", isDurable, isAutoDelete);
        core.DeclareQueue("/", "named", arguments: FieldTable.Create(("x-queue-type", "classic")));
        Assert.Equal(expected, TypeOf(core, "q"));
        Assert.Equal("classic", TypeOf(core, "named"));
        Assert.Equal(type, core.GetDefaultQueueType("/"));
    }

    [Fact]
    public void A_type_that_there_is_not_is_refused() =>
        Assert.Throws<BrokerControlException>(() => new BrokerCore().SetDefaultQueueType("/", "bogus"));

    private static string? TypeOf(BrokerCore core, string name) =>
        core.FindQueue("/", name)!.Arguments.TryGet("x-queue-type", out var type) ? type.AsString() : null;
}
