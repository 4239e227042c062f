using System.Globalization;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>What a client would declare again is what the broker has, whatever the client did before.</summary>
public class TopologyLedgerProperties
{
    /// <summary>
    /// After each step the ledger lists the exchanges, queues, bindings and consumers that the broker has, cascades and
    /// automatic deletes included. Refused steps end a channel, and its consumers with it.
    /// </summary>
    [Fact]
    public void G2_The_ledger_lists_what_the_broker_has() =>
        Props.ForAll(
            "G2",
            LedgerSteps.Any,
            steps =>
            {
                var client = new LedgerClient();
                foreach (var step in steps)
                {
                    step.Play(client);
                    client.Check();
                }
            });

    /// <summary>What was declared again on an empty broker, in the ledger's order, is what there was (G1).</summary>
    [Fact]
    public void G1_What_the_ledger_lists_makes_the_same_topology_again() =>
        Props.ForAll(
            "G1",
            LedgerSteps.Any,
            steps =>
            {
                var client = new LedgerClient();
                foreach (var step in steps)
                {
                    step.Play(client);
                }

                client.MoveTo(new BrokerCore(new BrokerOptions { Seed = 2 }));
                client.Check();
            });

    [Fact]
    public void G2_Declaring_and_deleting_for_ever_leaves_nothing()
    {
        var ledger = new TopologyLedger();
        for (var i = 0; i < 100_000; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            ledger.Record(1, new ExchangeDeclare { Exchange = name }, new ExchangeDeclareOk());
            ledger.Record(1, new QueueDeclare { Queue = name }, new QueueDeclareOk { Queue = name });
            ledger.Record(1, new QueueBind { Queue = name, Exchange = name }, new QueueBindOk());
            ledger.Record(1, new BasicConsume { Queue = name }, new BasicConsumeOk { ConsumerTag = name });
            ledger.Record(1, new QueueDelete { Queue = name }, new QueueDeleteOk());
            ledger.Record(1, new ExchangeDelete { Exchange = name }, new ExchangeDeleteOk());
        }

        Assert.Equal(0, ledger.Count);
    }

    [Fact]
    public void Channels_keep_what_they_were_set_to_in_the_order_that_a_new_one_needs()
    {
        var ledger = new TopologyLedger();
        ledger.Record(7, new TxSelect());
        ledger.Record(7, new BasicQos { PrefetchCount = 5, Global = true });
        ledger.Record(7, new BasicQos { PrefetchCount = 3 });
        ledger.Record(7, new BasicQos { PrefetchCount = 4 });
        ledger.Record(8, new ConfirmSelect());
        Assert.Equal(
            [new BasicQos { PrefetchCount = 4 }, new BasicQos { PrefetchCount = 5, Global = true }, new TxSelect()],
            ledger.Channels[0].ToMethods());
        Assert.Equal([new ConfirmSelect()], ledger.Channels[1].ToMethods());
        ledger.ForgetChannel(7);
        Assert.Equal(8UL, ledger.Channels.Single().Channel);
    }
}
