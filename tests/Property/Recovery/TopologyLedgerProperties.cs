using System.Globalization;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Property.Broker;
using Amqp.Property.Generators;
using FsCheck;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>What a client would declare again is what the broker has, whatever the client did before.</summary>
public class TopologyLedgerProperties
{
    private const int Channels = 2;

    private static readonly Gen<(Kind Kind, int A, int B, int C)[]> Steps = Gens.From(static draw => draw.List(
        draw.Int(1, 24),
        () => (draw.Pick(Enum.GetValues<Kind>()), draw.Int(0, 3), draw.Int(0, 3), draw.Int(0, 3))));

    private enum Kind
    {
        DeclareExchange,
        DeleteExchange,
        DeclareQueue,
        DeclareNamelessQueue,
        DeleteQueue,
        BindQueue,
        UnbindQueue,
        BindExchange,
        UnbindExchange,
        Consume,
        Cancel,
        Reopen,
    }

    /// <summary>
    /// After each step the ledger lists the exchanges, queues, bindings and consumers that the broker has, cascades and
    /// automatic deletes included. Refused steps end a channel, and its consumers with it.
    /// </summary>
    [Fact]
    public void G2_The_ledger_lists_what_the_broker_has() =>
        Props.ForAll(
            "G2",
            Steps,
            steps =>
            {
                var client = new LedgerClient();
                foreach (var step in steps)
                {
                    Act(client, step.Kind, step.A, step.B, step.C);
                    client.Check();
                }
            });

    /// <summary>What was declared again on an empty broker, in the ledger's order, is what there was (G1).</summary>
    [Fact]
    public void G1_What_the_ledger_lists_makes_the_same_topology_again() =>
        Props.ForAll(
            "G1",
            Steps,
            steps =>
            {
                var client = new LedgerClient();
                foreach (var step in steps)
                {
                    Act(client, step.Kind, step.A, step.B, step.C);
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

    private static void Act(LedgerClient client, Kind kind, int a, int b, int c)
    {
        var channel = (ushort)(1 + (c % Channels));
        var arguments = c == 3 ? FieldTable.Create(("n", b)) : FieldTable.Empty;
        switch (kind)
        {
            case Kind.DeclareExchange:
                client.Call(channel, new ExchangeDeclare { Exchange = $"x{a}", Type = "topic", AutoDelete = a > 1 });
                break;
            case Kind.DeleteExchange:
                client.Call(channel, new ExchangeDelete { Exchange = $"x{a}" });
                break;
            case Kind.DeclareQueue:
                client.Call(channel, new QueueDeclare { Queue = $"q{a}", AutoDelete = a > 1, Passive = b == 3 });
                break;
            case Kind.DeclareNamelessQueue:
                client.Call(channel, new QueueDeclare { Exclusive = true });
                break;
            case Kind.DeleteQueue:
                client.Call(channel, new QueueDelete { Queue = client.Queue(a) });
                break;
            case Kind.BindQueue:
                client.Call(channel, new QueueBind
                {
                    Queue = client.Queue(a),
                    Exchange = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.UnbindQueue:
                client.Call(channel, new QueueUnbind
                {
                    Queue = client.Queue(a),
                    Exchange = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.BindExchange:
                client.Call(channel, new ExchangeBind
                {
                    Destination = $"x{a}",
                    Source = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.UnbindExchange:
                client.Call(channel, new ExchangeUnbind
                {
                    Destination = $"x{a}",
                    Source = $"x{b}",
                    RoutingKey = Key(c),
                    Arguments = arguments,
                });
                break;
            case Kind.Consume:
                client.Call(
                    channel, new BasicConsume { Queue = client.Queue(a), NoAck = b == 0, Arguments = arguments });
                break;
            case Kind.Cancel:
                client.CancelOne(a);
                break;
            default:
                client.Reopen(channel);
                break;
        }
    }

    private static string Key(int c) => c == 0 ? "" : $"k{c}";
}
