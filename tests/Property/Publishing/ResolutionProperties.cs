using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.Session;
using Amqp.Simulation.Peers;
using FsCheck;
using Xunit;

namespace Amqp.Property.Publishing;

/// <summary>E3: every tracked publish has one end, under any legal order of acks, nacks and returns; compared with a
/// model that keeps a plain set.</summary>
public class ResolutionProperties
{
    private enum Ending
    {
        None,
        WeCloseTheChannel,
        ThePeerClosesTheChannel,
        StreamEnds,
        ThePeerCloses,
    }

    private static Gen<Case> Cases { get; } = Gens.From(draw => new Case(
        draw.List(draw.Int(1, 60), () => new Op(draw.Int(0, 9), draw.Int(0, 1000), draw.OneIn(3), draw.OneIn(4))),
        (Ending)draw.Int(0, 4)));

    [Fact]
    public void E3_Every_publish_is_resolved_exactly_once_and_as_the_model_says()
    {
        var seen = new Distribution(
            "multiple", "out of order", "nacked", "returned", "returned and nacked", "lost", "confirmed again");
        Props.ForAll("E3", Cases, c => new Model(seen).Run(c), c => PeerKit.Shorter(c.Ops)
            .Select(ops => c with { Ops = ops }));
        seen.Require("E3", 10);
    }

    private sealed record Op(int Kind, int Value, bool Multiple, bool Nack);

    private sealed record Case(Op[] Ops, Ending Ending)
    {
        public override string ToString() => $"{string.Join<Op>("; ", Ops)}; then {Ending}";
    }

    /// <summary>A message: twins have the same key and size.</summary>
    private readonly record struct Sent(int Key, int Size, bool Mandatory);

    private sealed class Model(Distribution seen)
    {
        private readonly ScriptedPeer _peer = new ScriptedPeer().Handshake();
        private readonly SortedDictionary<ulong, Sent> _outstanding = [];
        private readonly SortedSet<ulong> _returned = [];
        private readonly List<ulong> _settled = [];
        private ushort _channel;
        private ulong _last;

        public void Run(Case c)
        {
            _channel = ConfirmKit.Open(_peer);
            seen.Case();
            foreach (Op op in c.Ops)
            {
                Play(op);
            }

            ulong[] open = [.. _outstanding.Keys];
            int before = _peer.Events.Count;
            End(c.Ending);
            ulong[] lost = [.. ConfirmKit.Numbers(_peer.Events.Skip(before), EventKind.PublishesLost)];
            Assert.Equal(c.Ending == Ending.None ? [] : open, lost);
            seen.Saw("lost", lost.Length > 0);
            Assert.Empty(ConfirmKit.Numbers(_peer.Events.Skip(before), EventKind.PublishSettled));
            Assert.Equal(c.Ending == Ending.None ? open : [], _peer.Session.ListUnsettledPublishes(_channel));

            // All ends together, each number once.
            ulong[] all = [.. _settled, .. lost];
            Assert.Equal(all.Length, all.Distinct().Count());
            Assert.Equal((int)_last, all.Length + (c.Ending == Ending.None ? open.Length : 0));
        }

        private void Play(Op op)
        {
            int before = _peer.Events.Count;
            if (op.Kind < 5)
            {
                var sent = new Sent(op.Value % 3, op.Value % 2 * 40, op.Kind < 3);
                _last = ConfirmKit.Publish(_peer, _channel, sent.Key, sent.Size, sent.Mandatory);
                _outstanding.Add(_last, sent);
            }
            else if (op.Kind < 8 && _last > 0)
            {
                Settle(1 + ((ulong)op.Value % _last), op.Multiple, op.Nack, before);
            }
            else
            {
                Return(op.Value, before);
            }

            Assert.Null(_peer.End);
        }

        private void Settle(ulong tag, bool multiple, bool nack, int before)
        {
            ulong[] due = [.. _outstanding.Keys.Where(n => multiple ? n <= tag : n == tag)];
            seen.Saw("multiple", due.Length > 1);
            seen.Saw("out of order", due.Length > 0 && due[0] > _outstanding.Keys.First());
            seen.Saw("confirmed again", due.Length == 0);
            seen.Saw("nacked", nack && due.Length > 0);
            seen.Saw("returned and nacked", nack && due.Any(_returned.Contains));
            ConfirmKit.Settle(_peer, _channel, tag, multiple, nack);
            EventRecord[] news = [.. _peer.Events.Skip(before)];
            Assert.Equal(due, ConfirmKit.Numbers(news, EventKind.PublishSettled));
            Assert.All(news, e => Assert.Equal((EventKind.PublishSettled, nack), (e.Kind, e.Flag)));
            foreach (ulong number in due)
            {
                _outstanding.Remove(number);
                _settled.Add(number);
            }
        }

        // A broker returns what it cannot route before it settles it; twins are interchangeable.
        private void Return(int value, int before)
        {
            ulong[] may = [.. _outstanding.Where(o => o.Value.Mandatory && !_returned.Contains(o.Key))
                .Select(o => o.Key)];
            if (may.Length == 0)
            {
                return;
            }

            Sent what = _outstanding[may[value % may.Length]];
            ConfirmKit.Return(_peer, _channel, what.Key, what.Size);
            EventRecord told = _peer.Events[^1];
            Assert.Equal(EventKind.PublishReturned, told.Kind);
            Assert.Contains(told.FromSequence, may);
            Assert.Equal(what, _outstanding[told.FromSequence]);
            Assert.True(_returned.Add(told.FromSequence), "E3 a publish was returned twice");
            Assert.Single(_peer.Events.Skip(before), e => e.Kind == EventKind.Return);
            seen.Saw("returned");
        }

        private void End(Ending ending)
        {
            switch (ending)
            {
                case Ending.WeCloseTheChannel:
                    _peer.Session.CloseChannel(_channel, ReplyCode.Success, "", out _);
                    _peer.Drain().Feed(_channel, new ChannelCloseOk());
                    break;
                case Ending.ThePeerClosesTheChannel:
                    _peer.Feed(_channel, new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND" });
                    break;
                case Ending.StreamEnds:
                    _peer.FeedEnd(StreamEnd.Reset);
                    break;
                case Ending.ThePeerCloses:
                    _peer.Feed(0, new ConnectionClose { ReplyCode = 320, ReplyText = "CONNECTION_FORCED" });
                    break;
            }
        }
    }
}
