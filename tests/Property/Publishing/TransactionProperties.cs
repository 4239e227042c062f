using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.Session;
using Amqp.Property.World;
using Xunit;

namespace Amqp.Property.Publishing;

/// <summary>E8: a transaction is whole or not at all, also when the connection is cut at any byte of it (AMQP 0-9-1
/// section 1.9).</summary>
public class TransactionProperties
{
    private enum Act
    {
        Publish,
        Ack,
        Commit,
        Rollback,
        Get,
    }

    private static readonly BasicProperties Persistent = BasicProperties.Empty with { DeliveryMode = 2 };

    [Fact]
    public void E8_What_was_committed_is_there_and_what_was_rolled_back_is_not()
    {
        var seen = new Distribution("acks and publishes committed", "acks and publishes rolled back", "cut before");
        Props.ForAll(
            "E8",
            Gens.From(draw => draw.List(draw.Int(1, 30), () => (Act)draw.Int(0, 4))),
            acts =>
            {
                var run = new Run();
                seen.Case();
                foreach (Act act in acts)
                {
                    seen.Saw("acks and publishes committed", act == Act.Commit && run.HasBoth);
                    seen.Saw("acks and publishes rolled back", act == Act.Rollback && run.HasBoth);
                    run.Play(act);
                    run.Check();
                }

                seen.Saw("cut before", run.HasBoth);
                run.Client.Lose(); // without a commit it is as if it was rolled back
                run.CheckAfterTheEnd(committed: false);
            },
            PeerKit.Shorter);
        seen.Require("E8", 5);
    }

    [Fact]
    public void E8_A_cut_at_any_byte_of_a_transaction_leaves_all_of_it_or_nothing()
    {
        var seen = new Distribution("nothing", "all");
        Props.ForAll(
            "E8.cut",
            Gens.From(draw => (
                Before: draw.List(draw.Int(0, 8), () => (Act)draw.Int(0, 4)),
                Acts: draw.List(draw.Int(1, 6), () => (Act)draw.Int(0, 1)),
                Back: draw.OneIn(2) ? draw.Int(0, 15) : draw.Int(0, 600))),
            c =>
            {
                var run = new Run();
                foreach (Act act in c.Before)
                {
                    run.Play(act);
                }

                foreach (Act act in c.Acts)
                {
                    run.Play(act, send: false);
                }

                run.Client.Session.Call(run.Channel, new TxCommit(), out _);
                int whole = run.Client.BytesWaiting;
                run.Client.BytesLeft = Math.Max(0, whole - c.Back);
                run.Client.Send(); // the answer is lost: only the broker knows
                bool committed = c.Back == 0;
                seen.Case();
                seen.Saw(committed ? "all" : "nothing");
                run.CheckAfterTheEnd(committed);
            });
        seen.Require("E8.cut", 2);
    }

    [Fact]
    public void E8_Transactions_and_confirms_do_not_mix_on_a_channel() => Props.ForAll(
        "E8.mix",
        Gens.From(draw => (TxFirst: draw.OneIn(2), Publishes: draw.Int(0, 3))),
        c =>
        {
            var core = new BrokerCore();
            core.DeclareQueue("/", "q");
            var client = new BrokerClient(core);
            ushort channel = client.OpenChannel();
            AmqpMethod[] both = [new TxSelect(), new ConfirmSelect()];
            both = c.TxFirst ? both : [.. both.Reverse()];
            Assert.Equal(EventKind.CallCompleted, client.Call(channel, both[0]).Kind);
            for (int i = 0; i < c.Publishes; i++)
            {
                client.Publish(channel, "q", Persistent, [1]);
            }

            EventRecord refused = client.Call(channel, both[1]);
            Assert.Equal((EventKind.CallFailed, ReplyCode.PreconditionFailed), (refused.Kind, refused.Reason!.Code));
            Assert.Equal(EventKind.ChannelClosed, client.Events[^1].Kind);
            Assert.Equal(c.TxFirst ? 0 : c.Publishes, core.BrowseQueue("/", "q").Count);
            Assert.Equal(client.OpenChannel(), channel); // the connection goes on
        });

    /// <summary>A queue with messages and a transactional channel that has some of them.</summary>
    private sealed class Run
    {
        private readonly BrokerCore _core = new();
        private readonly List<string> _ready = [];
        private readonly SortedDictionary<ulong, string> _unacked = [];
        private readonly List<string> _published = [];
        private readonly List<ulong> _acked = [];
        private int _count;

        public Run()
        {
            _core.DeclareQueue("/", "q");
            Client = new BrokerClient(_core);
            Channel = Client.OpenChannel();
            for (int i = 0; i < 6; i++)
            {
                Client.Publish(Channel, "q", Next(_ready), [1, 2, 3]);
            }

            Assert.Equal(EventKind.CallCompleted, Client.Call(Channel, new TxSelect()).Kind);
            Play(Act.Get);
            Play(Act.Get);
        }

        public BrokerClient Client { get; }

        public ushort Channel { get; }

        public bool HasBoth => _published.Count > 0 && _acked.Count > 0;

        public void Play(Act act, bool send = true)
        {
            switch (act)
            {
                case Act.Publish:
                    Client.Publish(Channel, "q", Next(_published), new byte[_count % 3 * 20]);
                    break;
                case Act.Ack when _unacked.Keys.Except(_acked).ToArray() is { Length: > 0 } left:
                    Client.Session.Ack(Channel, left[0], false);
                    _acked.Add(left[0]);
                    break;
                case Act.Get when _ready.Count > 0:
                    EventRecord got = Client.Call(Channel, new BasicGet { Queue = "q" });
                    Assert.Equal(_ready[0], got.Properties!.MessageId);
                    _unacked.Add(got.DeliveryTag, _ready[0]);
                    _ready.RemoveAt(0);
                    break;
                case Act.Commit:
                    Assert.Equal(EventKind.CallCompleted, Client.Call(Channel, new TxCommit()).Kind);
                    Apply();
                    break;
                case Act.Rollback:
                    Assert.Equal(EventKind.CallCompleted, Client.Call(Channel, new TxRollback()).Kind);
                    _published.Clear();
                    _acked.Clear();
                    break;
            }

            if (send)
            {
                Client.Exchange();
            }
        }

        /// <summary>The queue holds what is ready, and of the open transaction nothing.</summary>
        public void Check() => Assert.Equal(_ready, Ids());

        /// <summary>What was fetched and not acknowledged is back.</summary>
        public void CheckAfterTheEnd(bool committed)
        {
            if (committed)
            {
                Apply();
            }

            Assert.Equal(_ready.Concat(_unacked.Values).Order(), Ids().Order());
        }

        private void Apply()
        {
            _ready.AddRange(_published);
            _published.Clear();
            _acked.ForEach(tag => _unacked.Remove(tag));
            _acked.Clear();
        }

        private IEnumerable<string> Ids() => _core.BrowseQueue("/", "q").Select(m => m.Properties.MessageId!);

        private BasicProperties Next(List<string> ids)
        {
            ids.Add($"m{++_count}");
            return Persistent with { MessageId = ids[^1] };
        }
    }
}
