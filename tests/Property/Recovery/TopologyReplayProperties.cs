using System.Globalization;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.World;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>What a ledger lists, made again on another broker.</summary>
public class TopologyReplayProperties
{
    /// <summary>Whatever was recorded: after a replay, with any window, the new broker has what the ledger lists, which
    /// knows the new names of queues that the broker names, and so has everything that refers to them.</summary>
    [Fact]
    public void G1_A_replay_makes_the_recorded_topology_again() => Props.ForAll(
        "G1.replay",
        Gens.From(draw => (Steps: LedgerSteps.Make(draw), Window: draw.Int(1, 6))),
        c =>
        {
            var client = new LedgerClient();
            foreach (LedgerSteps step in c.Steps)
            {
                step.Play(client);
            }

            string[] before = [.. client.Ledger.Queues.Where(each => each.IsServerNamed).Select(each => each.Name)];
            RecoveryRig rig = Replay(client.Ledger, new BrokerCore(new BrokerOptions { Seed = 2 }), new ReplayOptions
            {
                Window = c.Window,
            });
            Assert.True(rig.IsReady);
            Assert.True(rig.Supervisor.LastReport!.IsComplete, $"{rig.Supervisor.LastReport}");
            Assert.Equal(before, rig.Renamed.Select(each => each.Name));
            LedgerClient.CheckSame(client.Ledger, rig.Core, rig.Number);
            Assert.Equal(
                client.Ledger.Exchanges.Count + client.Ledger.Queues.Count + client.Ledger.Bindings.Count
                    + client.Ledger.Consumers.Count + rig.Channels.Count,
                rig.Supervisor.LastReport.Entities.Count(each => each.Outcome == EntityOutcome.Restored));
        });

    /// <summary>Some queues exist with other arguments by now. Exactly those fail, each with its own code; what came
    /// behind them in the pipeline is sent again on another channel and is there.</summary>
    [Fact]
    public void G1_What_the_broker_refuses_fails_alone() => Props.ForAll(
        "G1.refused",
        Gens.From(draw => (
            Count: draw.Int(1, 12), Changed: draw.List(12, () => draw.OneIn(4)), Window: draw.Int(1, 20))),
        c =>
        {
            var core = new BrokerCore();
            var other = new BrokerClient(core);
            ushort channel = other.OpenChannel();
            var ledger = new TopologyLedger();
            for (int i = 0; i < c.Count; i++)
            {
                string name = Name(i);
                Declare(ledger, name);
                if (c.Changed[i])
                {
                    other.Call(channel, new QueueDeclare { Queue = name, Durable = true });
                }
            }

            RecoveryRig rig = Replay(ledger, core, new ReplayOptions { Window = c.Window }, new RecoveryPolicy
            {
                OnTopologyFailure = TopologyFailurePolicy.Continue,
            });
            string[] changed = [.. Enumerable.Range(0, c.Count).Where(i => c.Changed[i]).Select(Name)];
            RecoveryReport report = rig.Supervisor.LastReport!;
            Assert.Equal(changed, report.Failures.Select(each => each.Name));
            Assert.All(report.Failures, each => Assert.Equal(ReplyCode.PreconditionFailed, each.Code));
            Assert.All(report.Failures, each => Assert.Contains("durable", each.Text, StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, c.Count).Select(Name), core.ListQueues("/").Select(q => q.Name).Order());
            Assert.Equal(c.Count, core.ListBindings("/").Count(each => each.Source == "amq.direct"));
            Assert.True(rig.IsReady);
        });

    /// <summary>A consumer that is refused ends its channel; the channel and its other consumers come back.</summary>
    [Fact]
    public void G1_A_consumer_that_is_refused_leaves_its_channel_to_the_others()
    {
        var core = new BrokerCore();
        var other = new BrokerClient(core);
        ushort channel = other.OpenChannel();
        other.Call(channel, new QueueDeclare { Queue = "b", Durable = true });
        other.Call(channel, new BasicConsume { Queue = "b", Exclusive = true });
        var ledger = new TopologyLedger();
        foreach (string queue in (string[])["a", "c"])
        {
            ledger.Record(1, new QueueDeclare { Queue = queue }, new QueueDeclareOk { Queue = queue });
        }

        foreach (string queue in (string[])["a", "b", "c", "gone"])
        {
            ledger.Record(
                RecoveryRig.Consumer, new BasicConsume { Queue = queue }, new BasicConsumeOk { ConsumerTag = queue });
        }

        ledger.Record(RecoveryRig.Consumer, new BasicQos { PrefetchCount = 3 }, new BasicQosOk());
        RecoveryRig rig = Replay(ledger, core, null, new RecoveryPolicy
        {
            OnTopologyFailure = TopologyFailurePolicy.Continue,
            MaxTopologyAttempts = 1,
        });
        Assert.Equal(
            [("b", ReplyCode.AccessRefused, true), ("gone", ReplyCode.NotFound, true)],
            rig.Supervisor.LastReport!.Failures.Select(each => (each.Name, each.Code, each.IsTransient)));
        Assert.Equal([(RecoveryRig.Consumer, "b"), (RecoveryRig.Consumer, "gone")], rig.Dropped);
        Assert.True(rig.IsReady);
        Assert.Equal(
            ["a", "c"],
            core.ListQueues("/").SelectMany(each => each.Consumers)
                .Select(each => each.Tag).Where(each => each is "a" or "b" or "c").Order());
    }

    [Fact]
    public void G1_A_strict_recovery_closes_with_what_could_not_be_restored()
    {
        var core = new BrokerCore();
        var other = new BrokerClient(core);
        other.Call(other.OpenChannel(), new QueueDeclare { Queue = "q", Durable = true });
        var ledger = new TopologyLedger();
        Declare(ledger, "q");
        RecoveryRig rig = Replay(ledger, core, null);
        Assert.Equal(RecoveryState.Closed, rig.Supervisor.State);
        Assert.Equal(1, rig.Connections);
        Assert.Equal(
            ("q", EntityKind.Queue, false),
            rig.Supervisor.LastReport!.Failures.Select(each => (each.Name, each.Kind, each.IsTransient)).Single());
    }

    /// <summary>An exclusive queue is locked until the broker has missed the connection that is lost: this helps
    /// itself.</summary>
    [Fact]
    public void G1_A_queue_that_is_still_locked_by_the_lost_connection_is_tried_again()
    {
        var core = new BrokerCore();
        var lost = new BrokerClient(core);
        ushort channel = lost.OpenChannel();
        lost.Call(channel, new QueueDeclare { Queue = "mine", Exclusive = true });
        var ledger = new TopologyLedger();
        ledger.Record(1, new QueueDeclare { Queue = "mine", Exclusive = true }, new QueueDeclareOk { Queue = "mine" });
        var rig = new RecoveryRig(core)
        {
            Ledger = ledger,
            OnConnecting = connection =>
            {
                if (connection == 3)
                {
                    lost.Lose();
                }
            },
        };
        rig.Run();
        Assert.True(rig.IsReady);
        Assert.Equal(3, rig.Connections);
        Assert.True(core.ListQueues("/").Single().ExclusiveOwner is not null);
    }

    [Fact]
    public void G1_Filters_leave_out_what_they_name_and_what_needs_it()
    {
        var ledger = new TopologyLedger();
        ledger.Record(1, new ExchangeDeclare { Exchange = "x", Type = "fanout" }, new ExchangeDeclareOk());
        ledger.Record(1, new QueueDeclare { Exclusive = true }, new QueueDeclareOk { Queue = "amq.gen-1" });
        ledger.Record(1, new QueueBind { Queue = "amq.gen-1", Exchange = "x" }, new QueueBindOk());
        ledger.Record(
            1, new BasicConsume { Queue = "amq.gen-1" }, new BasicConsumeOk { ConsumerTag = "c" });
        RecoveryRig rig = Replay(ledger, new BrokerCore(), new ReplayOptions
        {
            Queues = each => !each.IsServerNamed,
        });
        Assert.True(rig.IsReady);
        Assert.Equal(
            ["Exchange x: Restored", "Queue amq.gen-1: Skipped", "Binding x → amq.gen-1 (): Skipped",
                "Channel channel 1: Restored", "Channel channel 2: Restored", "Consumer c: Skipped"],
            rig.Supervisor.LastReport!.Entities.Select(each => each.ToString()));
        Assert.Empty(rig.Core.ListQueues("/"));

        Assert.Empty(Replay(ledger, new BrokerCore(), new ReplayOptions
        {
            Exchanges = _ => false,
            Queues = _ => false,
            Bindings = _ => false,
            Consumers = _ => false,
        }).Core.ListQueues("/"));
    }

    /// <summary>1,000 queues and 1,000 bindings: with 20 ms between client and broker, 300 ms are 15 round trips, the
    /// handshake and one for TCP included. One declare at a time would take 2,000, on channels of their own
    /// 6,000.</summary>
    [Fact]
    public void G1_A_thousand_queues_and_bindings_take_at_most_fifteen_round_trips()
    {
        var ledger = new TopologyLedger();
        for (int i = 0; i < 1000; i++)
        {
            Declare(ledger, Name(i));
        }

        ledger.Record(
            RecoveryRig.Consumer, new BasicConsume { Queue = Name(1) }, new BasicConsumeOk { ConsumerTag = "c" });
        RecoveryRig rig = Replay(ledger, new BrokerCore(), null);
        Assert.True(rig.IsReady);
        Assert.Equal(1000, rig.Core.ListQueues("/").Count);
        Assert.Equal(1000, rig.Core.ListBindings("/").Count(each => each.Source == "amq.direct"));
        const int Tcp = 1;
        Assert.InRange(rig.RoundTrips + Tcp, 1, 15);
    }

    /// <summary>The channel that declares is one more than the client had; when none is free for it, the last one waits
    /// for it to close.</summary>
    [Fact]
    public void G1_As_many_channels_as_were_negotiated_come_back()
    {
        var ledger = new TopologyLedger();
        Declare(ledger, "q");
        var rig = new RecoveryRig(new BrokerCore(new BrokerOptions { ChannelMax = 3 })) { Ledger = ledger };
        rig.Channels.Add(3);
        rig.Run();
        Assert.True(rig.IsReady);
        Assert.Equal(3, rig.Channels.Select(rig.Number).Distinct().Count());

        rig = new RecoveryRig(new BrokerCore(new BrokerOptions { ChannelMax = 2 })) { Ledger = ledger };
        rig.Channels.Add(3);
        rig.Run();
        Assert.Equal(RecoveryState.Closed, rig.Supervisor.State);
        Assert.Equal(
            (EntityKind.Channel, "channel 3"),
            rig.Supervisor.LastReport!.Failures.Select(each => (each.Kind, each.Name)).Single());
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"q{i:0000}");

    private static void Declare(TopologyLedger ledger, string name)
    {
        ledger.Record(1, new QueueDeclare { Queue = name }, new QueueDeclareOk { Queue = name });
        ledger.Record(1, new QueueBind { Queue = name, Exchange = "amq.direct", RoutingKey = name }, new QueueBindOk());
    }

    private static RecoveryRig Replay(
        TopologyLedger ledger, BrokerCore core, ReplayOptions? options, RecoveryPolicy? policy = null)
    {
        var rig = new RecoveryRig(core, policy) { Ledger = ledger, Options = options };
        rig.Run();
        return rig;
    }
}
