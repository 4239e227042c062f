using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Publishers hear exactly once of each publish, and not before the message is where it belongs.</summary>
public class ConfirmProperties
{
    private static readonly string[] Keys = ["open", "full", "both", "nowhere", "no-time"];

    [Fact]
    public void K4_Every_publish_is_confirmed_once_after_its_message_is_in_its_queues() =>
        Props.ForAll("K4", Gens.From(draw => draw.Bytes(draw.Int(1, 60))), choices =>
        {
            var order = new OrderOfEvents();
            var core = new BrokerCore { Observer = order };
            Declare(core, "open");
            Declare(core, "full", ("x-max-length", 2), ("x-overflow", "reject-publish"));
            Declare(core, "no-time", ("x-message-ttl", 0));
            core.Bind(new BindingInfo("/", "amq.direct", "open", true, "both", Engine.Wire.FieldTable.Empty));
            core.Bind(new BindingInfo("/", "amq.direct", "full", true, "both", Engine.Wire.FieldTable.Empty));
            var client = new ScriptClient(core, MonoTime.Zero, confirms: true);
            foreach (var choice in choices)
            {
                var key = Keys[choice % Keys.Length];
                var exchange = key == "both" ? "amq.direct" : "";
                client.Publish(MonoTime.Zero, exchange, key, BasicProperties.Empty, [choice]);
                Assert.Equal(client.Published, client.Confirmed);
            }

            Assert.Equal(choices.Length, order.Settled.Count);
            var refused = choices.Count(each => Keys[each % Keys.Length] is "full" or "both") - 2;
            Assert.Equal(Math.Max(0, refused), order.Settled.Values.Count(each => each == BrokerEventKind.Nacked));
        });

    private static void Declare(BrokerCore core, string name, params (string, Engine.Wire.FieldValue)[] arguments) =>
        core.DeclareQueue("/", name, arguments: Engine.Wire.FieldTable.Create(arguments));

    private sealed class OrderOfEvents : IBrokerObserver
    {
        public Dictionary<ulong, BrokerEventKind> Settled { get; } = [];

        public void OnEvent(in BrokerEvent brokerEvent)
        {
            if (brokerEvent.Kind is BrokerEventKind.Confirmed or BrokerEventKind.Nacked)
            {
                Settled.Add(brokerEvent.Message, brokerEvent.Kind);
            }
            else
            {
                Assert.DoesNotContain(brokerEvent.Message, Settled.Keys);
            }
        }
    }
}
