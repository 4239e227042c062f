using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>A message's time to live runs from its publish, wherever the message is meanwhile.</summary>
public class ExpiryProperties
{
    /// <summary>
    /// A message goes out and comes back several times. It dies to the millisecond when it would have died anyway, or
    /// on coming back when that was too late (RabbitMQ's guide to time-to-live: a requeue keeps the expiry time).
    /// </summary>
    [Fact]
    public void K9_Going_out_and_coming_back_does_not_prolong_a_life() =>
        Props.ForAll(
            "K9",
            Gens.From(draw => (
                Type: draw.Pick("classic", "quorum"),
                IsQueueWide: draw.OneIn(2),
                Life: draw.Int(1, 200),
                Turns: draw.List(
                    draw.Int(1, 4),
                    () => (In: draw.Int(0, 30), Out: draw.Int(0, 30), Way: draw.Int(0, 3))))),
            each => Live(each.Type, each.IsQueueWide, each.Life, each.Turns));

    private static void Live(string type, bool isQueueWide, int life, (int In, int Out, int Way)[] turns)
    {
        var core = new BrokerCore();
        var arguments = FieldTable.Create(("x-queue-type", type));
        core.DeclareQueue("/", "q", arguments: isQueueWide ? arguments.With("x-message-ttl", life) : arguments);
        var client = new ScriptClient(core, MonoTime.Zero, confirms: false);
        var properties = BasicProperties.Empty with { Expiration = isQueueWide ? null : $"{life}" };
        client.Publish(MonoTime.Zero, "", "q", properties, [1]);
        var age = 0;
        foreach (var turn in turns)
        {
            age += turn.In;
            AssertReady(core, age, life);
            client.Send(At(age), new BasicGet { Queue = "q" });
            Assert.Equal(age < life ? 1 : 0, client.Outstanding.Count);
            if (age >= life)
            {
                return;
            }

            age += turn.Out;
            core.Elapse(At(age));
            GiveBack(client, At(age), turn.Way);
            AssertReady(core, age, life);
        }

        AssertReady(core, Math.Max(age, life - 1), life);
        AssertReady(core, Math.Max(age, life), life);
    }

    private static void GiveBack(ScriptClient client, MonoTime now, int way)
    {
        var tag = client.Outstanding.Keys.Single();
        switch (way)
        {
            case 0:
                client.Send(now, new BasicReject { DeliveryTag = tag, Requeue = true });
                break;
            case 1:
                client.Send(now, new BasicNack { DeliveryTag = tag, Requeue = true });
                break;
            case 2:
                client.Send(now, new BasicRecover { Requeue = true });
                break;
            default:
                client.Reopen(now);
                break;
        }

        client.Outstanding.Clear();
    }

    private static void AssertReady(BrokerCore core, int age, int life)
    {
        core.Elapse(At(age));
        Assert.Equal(age < life ? 1 : 0, core.FindQueue("/", "q")!.Ready);
    }

    private static MonoTime At(int milliseconds) => MonoTime.Zero + TimeSpan.FromMilliseconds(milliseconds);
}
