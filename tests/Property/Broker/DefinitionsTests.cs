using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Definitions;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Definitions as RabbitMQ 3.10 writes them, and as this broker does.</summary>
public class DefinitionsTests
{
    /// <summary>Limits stand in three places and forms; what is empty is a list, whatever it would hold.</summary>
    private const string FromRabbitMq = """
        {
          "rabbit_version": "3.10.8", "rabbitmq_version": "3.10.8", "global_parameters": [],
          "users": [
            {"name": "eve", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256",
             "tags": ["management"], "limits": {"max-channels": 2}},
            {"name": "bob", "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256",
             "tags": [], "limits": []}],
          "vhosts": [
            {"name": "/", "limits": [], "metadata": {"description": "Default virtual host", "tags": []}},
            {"name": "v", "limits": [["max-queues", 7]], "metadata": {"description": "", "tags": ""}},
            {"name": "w", "limits": []}],
          "parameters": [
            {"vhost": "v", "component": "vhost-limits", "name": "limits", "value": {"max-queues": 7}},
            {"vhost": "w", "component": "vhost-limits", "name": "limits", "value": {"max-connections": 3}},
            {"vhost": "w", "component": "shovel", "name": "s", "value": {"src-uri": "amqp://"}}],
          "policies": [{"vhost": "v", "name": "p", "pattern": "^q", "apply-to": "queues",
                        "definition": {"max-length": 2}, "priority": 5}],
          "permissions": [{"user": "eve", "vhost": "v", "configure": "^e", "write": ".*", "read": ""}],
          "topic_permissions": [{"user": "eve", "vhost": "v", "exchange": "amq.topic", "write": "a", "read": "b"}],
          "queues": [
            {"name": "q", "vhost": "v", "type": "classic", "durable": false, "auto_delete": false, "arguments": {}},
            {"name": "d", "vhost": "/", "type": "quorum", "durable": true, "auto_delete": false,
             "arguments": {"x-queue-type": "quorum"}}],
          "exchanges": [{"name": "x", "vhost": "v", "type": "topic", "durable": false, "auto_delete": false,
                         "internal": false, "arguments": {}}],
          "bindings": [
            {"source": "x", "vhost": "v", "destination": "q", "destination_type": "queue", "routing_key": "k",
             "arguments": []}]
        }
        """;

    [Fact]
    public async Task What_rabbitmq_exported_is_taken_in_limits_included()
    {
        await using var broker = new InMemoryBroker();
        broker.Import(BrokerDefinitions.Parse(FromRabbitMq));
        broker.Control(static core =>
        {
            Assert.Equal((null, 7), core.GetVirtualHostLimits("v"));
            Assert.Equal((3, null), core.GetVirtualHostLimits("w"));
            Assert.Equal((null, null), core.GetVirtualHostLimits("/"));
            Assert.Equal((null, 2), core.GetUserLimits("eve"));
            Assert.Equal((null, null), core.GetUserLimits("bob"));
            Assert.Equal("p", core.FindQueue("v", "q")!.Policy);
            Assert.False(core.FindQueue("v", "q")!.IsDurable);
            Assert.Contains(core.ListBindings("v"), static each => each.Source == "x" && each.Destination == "q");
        });
    }

    [Fact]
    public async Task What_is_exported_comes_in_as_it_was()
    {
        await using var first = new InMemoryBroker();
        first.Import(BrokerDefinitions.Parse(FromRabbitMq));
        var deep = FieldTable.Create(("n", FieldValue.Int64(1)));
        for (var i = 0; i < 80; i++)
        {
            deep = FieldTable.Create(("n", deep));
        }

        first.Control(core => core.DeclareQueue("/", "deep", arguments: deep));
        var exported = first.Export().ToJson();
        await using var second = new InMemoryBroker();
        second.Import(BrokerDefinitions.Parse(exported));
        Assert.Equal(exported, second.Export().ToJson());
        second.Control(core => Assert.Equal(deep, core.FindQueue("/", "deep")!.Arguments));
    }

    [Theory]
    [InlineData("""{"vhosts": [{"name": "v", "limits": [1]}]}""")]
    [InlineData("""{"vhosts": [{"name": "v", "limits": "none"}]}""")]
    public void What_is_neither_an_object_nor_pairs_is_refused(string json) =>
        Assert.Throws<FormatException>(() => BrokerDefinitions.Parse(json));
}
