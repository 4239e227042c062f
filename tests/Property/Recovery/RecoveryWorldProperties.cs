using Amqp.Engine.Base;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>Publisher, outbox, consumer and recovery on streams that are cut at every byte.</summary>
public class RecoveryWorldProperties
{
    private const int Messages = 4;

    /// <summary>The connection is cut at each byte that goes to the broker, from the protocol header to the last
    /// acknowledgement, recovery's own bytes included.</summary>
    [Fact]
    public void H4_A_cut_at_every_byte_to_the_broker_loses_nothing()
    {
        long length = Play([]).Carried.ToBroker;
        for (long at = 0; at <= length; at++)
        {
            Play([(at, long.MaxValue)]);
        }
    }

    /// <summary>The broker has done what it was asked, and its answer breaks off at each byte: then nobody knows, and a
    /// message may come twice, but none is lost.</summary>
    [Fact]
    public void H5_An_answer_that_breaks_off_at_any_byte_loses_nothing()
    {
        long length = Play([]).Carried.ToClient;
        for (long at = 0; at <= length; at++)
        {
            Play([(long.MaxValue, at)]);
        }
    }

    /// <summary>The recovery is cut at each byte of its own, both ways: it starts again and is not ready before all is
    /// there.</summary>
    [Fact]
    public void G4_A_recovery_that_is_cut_at_any_byte_starts_again()
    {
        RecoveryRig whole = Play([]);
        (long toBroker, long toClient) = (whole.Carried.ToBroker / 2, whole.Carried.ToClient / 2);
        for (long at = 0; at <= whole.Carried.ToBroker; at += 3)
        {
            Play([(toBroker, long.MaxValue), (at, long.MaxValue), (long.MaxValue, at)]);
            Play([(long.MaxValue, toClient), (long.MaxValue, at), (at, long.MaxValue)]);
        }
    }

    [Fact]
    public void G6_With_any_cuts_what_was_confirmed_is_processed() => Props.ForAll(
        "G6",
        Gens.From(draw => draw.List(
            draw.Int(1, 8),
            () => draw.OneIn(2) ? (draw.Int(0, 1500), long.MaxValue) : (long.MaxValue, (long)draw.Int(0, 1500)))),
        cuts => Play(cuts));

    /// <summary>A message comes twice to the queue only when its confirm was lost.</summary>
    [Fact]
    public void E6_Only_what_was_not_settled_is_sent_again_and_in_order() => Props.ForAll(
        "E6",
        Gens.From(draw => draw.List(draw.Int(1, 4), () => (long.MaxValue, (long)draw.Int(600, 1500)))),
        cuts =>
        {
            RecoveryRig rig = Play(cuts);
            string[] fresh = [.. rig.Processed.Where(each => !each.Redelivered).Select(each => each.Body)];
            foreach (var message in fresh.GroupBy(each => each).Where(each => each.Count() > 1))
            {
                Assert.Contains(message.Key, rig.SentTwice);
            }

            Assert.Equal(rig.Confirmed.Order(), rig.Confirmed);
        });

    /// <summary>Whatever was cut, with the last cut the client is back within one delay.</summary>
    [Fact]
    public void G7_Once_nothing_is_cut_any_more_the_client_is_ready_within_one_delay() => Props.ForAll(
        "G7",
        Gens.From(draw => draw.List(draw.Int(1, 6), () => ((long)draw.Int(0, 900), long.MaxValue))),
        cuts =>
        {
            var policy = new RecoveryPolicy { MaxDelay = TimeSpan.FromSeconds(3) };
            RecoveryRig rig = Play(cuts, policy);
            Assert.True(rig.Connections <= cuts.Length + 1);
            Assert.True(rig.Now - MonoTime.Zero <= cuts.Length * policy.MaxDelay);
        });

    private static RecoveryRig Play((long ToBroker, long ToClient)[] cuts, RecoveryPolicy? policy = null)
    {
        var rig = new RecoveryRig(new BrokerCore(), policy);
        rig.Ledger.Record(1, new ExchangeDeclare { Exchange = "x", Type = "direct" }, new ExchangeDeclareOk());
        rig.Ledger.Record(
            1, new QueueDeclare { Queue = "q", Durable = true }, new QueueDeclareOk { Queue = "q" });
        rig.Ledger.Record(1, new QueueBind { Queue = "q", Exchange = "x", RoutingKey = "k" }, new QueueBindOk());
        rig.Ledger.Record(RecoveryRig.Publisher, new ConfirmSelect(), new ConfirmSelectOk());
        rig.Ledger.Record(RecoveryRig.Consumer, new BasicQos { PrefetchCount = 2 }, new BasicQosOk());
        rig.Ledger.Record(
            RecoveryRig.Consumer, new BasicConsume { Queue = "q" }, new BasicConsumeOk { ConsumerTag = "c" });
        string[] messages = [.. Enumerable.Range(0, Messages).Select(i => $"m{i}")];
        foreach (string message in messages)
        {
            Assert.Equal(OutboxResult.Taken, rig.Outbox.Add(message, message.Length, out _));
        }

        foreach (var cut in cuts)
        {
            rig.Cuts.Enqueue(cut);
        }

        rig.Run();
        Assert.True(rig.IsReady, $"it is {rig.Supervisor.State}: {rig.Supervisor.LastEnd}");
        Assert.Equal(messages, rig.Confirmed);
        Assert.Equal(messages, rig.Processed.Select(each => each.Body).Distinct());
        Assert.Equal(0, rig.Outbox.Count);
        Assert.Equal(0, rig.Outbox.Bytes);
        var queue = Assert.Single(rig.Core.ListQueues("/"));
        Assert.Single(queue.Consumers);
        Assert.Single(rig.Core.ListBindings("/"), each => each.Source == "x");
        return rig;
    }
}
