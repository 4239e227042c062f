using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>After a stop or a crash there is exactly what is durable, in its order.</summary>
public class StoreProperties
{
    [Fact]
    public void K6_A_restart_keeps_what_is_durable_and_nothing_else() =>
        Props.ForAll(
            "K6",
            Gens.From(draw => (Messages: draw.Bytes(draw.Int(0, 40)), Taken: draw.Int(0, 40), IsCrash: draw.OneIn(2))),
            each => Restart(each.Messages, each.Taken, each.IsCrash));

    private static void Restart(byte[] messages, int taken, bool isCrash)
    {
        var core = new BrokerCore();
        core.DeclareExchange("/", "durable", "fanout");
        core.DeclareExchange("/", "passing", "fanout", isDurable: false);
        core.DeclareQueue("/", "kept");
        core.DeclareQueue("/", "gone", isDurable: false);
        core.DeclareQueue("/", "quorum", arguments: FieldTable.Create(("x-queue-type", "quorum")));
        foreach (var (source, queue) in new[] { ("durable", "kept"), ("passing", "kept"), ("durable", "gone") })
        {
            core.Bind(new BindingInfo("/", source, queue, true, "", FieldTable.Empty));
        }

        var client = new ScriptClient(core, MonoTime.Zero, confirms: true);
        for (var i = 0; i < messages.Length; i++)
        {
            var mode = (byte?)(messages[i] % 3) is 0 ? null : (byte?)(messages[i] % 3);
            var properties = BasicProperties.Empty with { DeliveryMode = mode, MessageId = $"{i}" };
            client.Publish(MonoTime.Zero, "durable", "", properties, [messages[i]]);
            client.Publish(MonoTime.Zero, "", "quorum", properties, [messages[i]]);
        }

        taken = Math.Min(taken, messages.Length);
        for (var i = 0; i < taken; i++)
        {
            client.Send(MonoTime.Zero, new BasicGet { Queue = "kept" });
        }

        if (isCrash)
        {
            core.Crash();
        }
        else
        {
            core.Stop();
        }

        core.Start();
        Assert.Equal(["kept", "quorum"], core.ListQueues().Select(each => each.Name));
        var exchanges = core.ListExchanges().Select(each => each.Name);
        Assert.Equal(["durable"], exchanges.Where(each => each is "durable" or "passing"));
        Assert.Equal(["durable"], core.ListBindings().Select(each => each.Source).Where(each => each.Length > 0));
        var persistent = Enumerable.Range(0, messages.Length).Where(i => messages[i] % 3 == 2).ToList();
        Assert.Equal(persistent.Select(i => $"{i}"), Ids(core, "kept"));
        Assert.Equal(Enumerable.Range(0, messages.Length).Select(i => $"{i}"), Ids(core, "quorum"));
        foreach (var i in persistent)
        {
            Assert.Equal(i < taken, core.TakeMessage("/", "kept")!.Redelivered);
        }
    }

    private static IEnumerable<string> Ids(BrokerCore core, string queue) =>
        core.BrowseQueue("/", queue).Select(each => each.Properties.MessageId!);
}
