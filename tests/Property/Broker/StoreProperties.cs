using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
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

    /// <summary>Whatever was confirmed survives a crash that takes what was not; the rest of it is gone.</summary>
    [Fact]
    public void A_crash_takes_what_was_not_confirmed_and_leaves_what_was() =>
        Props.ForAll(
            "a crash takes what was not confirmed",
            Gens.From(draw => (Before: draw.Int(0, 20), After: draw.Int(0, 20), Taken: draw.Int(0, 40))),
            each => Lose(each.Before, each.After, each.Taken));

    private static void Lose(int before, int after, int taken)
    {
        var core = new BrokerCore();
        core.DeclareQueue("/", "kept");
        core.DeclareQueue("/", "quorum", arguments: FieldTable.Create(("x-queue-type", "quorum")));
        var client = new ScriptClient(core, MonoTime.Zero, confirms: true);
        var careless = new ScriptClient(core, MonoTime.Zero, confirms: false);
        for (var i = 0; i < before + after; i++)
        {
            if (i == before)
            {
                core.Inject(new StopConfirms(), MonoTime.Zero);
            }

            var properties = BasicProperties.Empty with { DeliveryMode = 2, MessageId = $"{i}" };
            client.Publish(MonoTime.Zero, "", "kept", properties, [1]);
            client.Publish(MonoTime.Zero, "", "quorum", properties, [1]);
            careless.Publish(MonoTime.Zero, "", "kept", properties with { MessageId = $"careless {i}" }, [1]);
        }

        for (var i = 0; i < taken; i++)
        {
            client.Send(MonoTime.Zero, new BasicGet { Queue = "kept" });
        }

        core.Crash(losesUnconfirmed: true);
        core.Start();
        var confirmed = Enumerable.Range(0, before).Select(i => $"{i}").ToList();
        Assert.Equal(confirmed, Ids(core, "quorum"));
        Assert.Equal(confirmed, Ids(core, "kept").Where(each => !each.StartsWith('c')));
        Assert.Equal(before + after, Ids(core, "kept").Count(each => each.StartsWith('c')));
    }

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
