using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.Session;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Publishing;

/// <summary>E2, E4 and the engine's half of E7: how publishes are numbered, settled and bounded.</summary>
public class ConfirmProperties
{
    private enum Act
    {
        Publish,
        PublishMandatory,
        Refused,
        Settle,
        Select,
        Reopen,
    }

    [Fact]
    public void E2_Publishes_count_up_by_one_from_one_whatever_becomes_of_them()
    {
        var seen = new Distribution("refused between", "returned between", "reopened", "before the select");
        Props.ForAll(
            "E2",
            Gens.From(draw => draw.List(draw.Int(1, 40), () => (
                Act: draw.Pick(
                    Act.Publish, Act.Publish, Act.PublishMandatory, Act.Refused, Act.Settle, Act.Select, Act.Reopen),
                Value: draw.Int(0, 20)))),
            acts =>
            {
                ScriptedPeer peer = new ScriptedPeer().Handshake();
                ushort channel = peer.OpenChannel();
                bool confirms = false;
                ulong last = 0;
                seen.Case();
                foreach ((Act act, int value) in acts)
                {
                    switch (act)
                    {
                        case Act.Publish or Act.PublishMandatory:
                            bool mandatory = act == Act.PublishMandatory;
                            last += confirms ? 1ul : 0;
                            Assert.Equal(last, ConfirmKit.Publish(peer, channel, value, value, mandatory));
                            seen.Saw("before the select", !confirms);
                            if (mandatory)
                            {
                                ConfirmKit.Return(peer, channel, value, value);
                                seen.Saw("returned between", confirms);
                            }

                            break;
                        case Act.Refused:
                            Assert.NotEqual(CommandResult.Ok, peer.Session.Publish(
                                channel, "", new string('k', 256), false, BasicProperties.Empty, [], out ulong none));
                            Assert.Equal(0ul, none);
                            seen.Saw("refused between", confirms && last > 0);
                            break;
                        case Act.Settle when last > 0:
                            ConfirmKit.Settle(peer, channel, 1 + ((ulong)value % last), value % 2 == 0, value % 3 == 0);
                            break;
                        case Act.Select:
                            peer.Call(channel, new ConfirmSelect());
                            peer.Feed(channel, new ConfirmSelectOk());
                            confirms = true;
                            break;
                        case Act.Reopen:
                            peer.Feed(channel, new ChannelClose { ReplyCode = 404, ReplyText = "gone" });
                            Assert.Equal(channel, peer.OpenChannel());
                            seen.Saw("reopened", last > 0);
                            confirms = false;
                            last = 0;
                            break;
                    }

                    Assert.Null(peer.End);
                }
            },
            PeerKit.Shorter);
        seen.Require("E2", 10);
    }

    /// <summary>Every set of settled publishes among up to six, and every settlement that may come then.</summary>
    [Fact]
    public void E4_A_settlement_of_any_tag_does_what_the_written_policy_says()
    {
        int cases = 0;
        for (int count = 0; count <= 6; count++)
        {
            for (int settled = 0; settled < 1 << count; settled++)
            {
                foreach (ulong tag in Enumerable.Range(0, count + 2).Select(i => (ulong)i).Append(ulong.MaxValue))
                {
                    for (int flags = 0; flags < 4; flags++)
                    {
                        Settle(count, settled, tag, multiple: (flags & 1) != 0, nack: (flags & 2) != 0);
                        cases++;
                    }
                }
            }
        }

        Assert.InRange(cases, 1_000, int.MaxValue);
    }

    /// <summary>Hundreds outstanding, settled in any order: what is kept about them has to grow on the way.</summary>
    [Fact]
    public void E4_Settlements_are_told_once_while_the_window_grows()
    {
        var seen = new Distribution("more than 256 outstanding", "more than 512 outstanding", "out of order before");
        Props.ForAll(
            "E4.growth",
            Gens.From(draw => draw.List(draw.Int(2, 24), () => (
                Publishes: draw.OneIn(2) ? draw.Int(50, 200) : 0, Tag: draw.Int(0, 5000), Multiple: draw.OneIn(8)))),
            acts =>
            {
                ScriptedPeer peer = new ScriptedPeer().Handshake();
                ushort channel = ConfirmKit.Open(peer);
                SortedSet<ulong> outstanding = [];
                List<ulong> settled = [];
                ulong next = 1;
                seen.Case();
                foreach ((int publishes, int tag, bool multiple) in acts)
                {
                    for (int i = 0; i < publishes; i++)
                    {
                        Assert.Equal(next, ConfirmKit.Publish(peer, channel));
                        outstanding.Add(next++);
                    }

                    seen.Saw("more than 256 outstanding", outstanding.Count > 256);
                    seen.Saw("more than 512 outstanding", outstanding.Count > 512);
                    if (publishes == 0 && next > 1)
                    {
                        ulong last = 1 + ((ulong)tag % (next - 1));
                        ConfirmKit.Settle(peer, channel, last, multiple, nack: false);
                        settled.AddRange(outstanding.Where(n => n == last || (multiple && n < last)));
                        outstanding.RemoveWhere(n => n == last || (multiple && n < last));
                        seen.Saw("out of order before", outstanding.Count > 0 && last > outstanding.Min);
                    }
                }

                Assert.Equal(settled, ConfirmKit.Numbers(peer.Events, EventKind.PublishSettled));
                Assert.Equal(outstanding, peer.Session.ListUnsettledPublishes(channel));
            },
            PeerKit.Shorter);
        seen.Require("E4.growth", 5);
    }

    [Fact]
    public void E7_No_more_publishes_than_the_limit_are_outstanding_and_a_refused_one_leaves_no_trace()
    {
        var seen = new Distribution("refused", "room again");
        Props.ForAll(
            "E7.session",
            Gens.From(draw => (
                Limit: draw.Int(1, 8),
                Acts: draw.List(draw.Int(1, 60), () => (Publishes: draw.OneIn(2), Tag: draw.Int(0, 50), Multiple:
                    draw.OneIn(4))))),
            c =>
            {
                var limits = new AmqpLimits { MaxUnsettledPublishes = c.Limit };
                ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Limits = limits }).Handshake();
                ushort channel = ConfirmKit.Open(peer);
                SortedSet<ulong> outstanding = [];
                ulong next = 1;
                bool wasFull = false;
                seen.Case();
                foreach ((bool publishes, int tag, bool multiple) in c.Acts)
                {
                    // The window reaches from the oldest unsettled publish to the newest.
                    bool isFull = outstanding.Count > 0 && next - outstanding.Min >= (ulong)c.Limit;
                    Assert.Equal(!isFull, peer.Session.HasPublishWindow(channel));
                    if (publishes)
                    {
                        int sent = peer.Sent.Length;
                        CommandResult result = peer.Session.Publish(
                            channel, "", "k", true, BasicProperties.Empty, "body"u8, out ulong sequence);
                        peer.Drain();
                        Assert.Equal(isFull ? CommandResult.TooManyUnsettled : CommandResult.Ok, result);
                        Assert.Equal(isFull ? 0 : next, sequence);
                        Assert.Equal(isFull, sent == peer.Sent.Length);
                        if (!isFull)
                        {
                            outstanding.Add(next++);
                        }

                        seen.Saw("refused", isFull);
                        seen.Saw("room again", wasFull && !isFull);
                        wasFull |= isFull;
                    }
                    else if (next > 1)
                    {
                        ulong settled = 1 + ((ulong)tag % (next - 1));
                        ConfirmKit.Settle(peer, channel, settled, multiple, nack: false);
                        outstanding.RemoveWhere(n => n == settled || (multiple && n < settled));
                    }

                    Assert.Equal(outstanding, peer.Session.ListUnsettledPublishes(channel));
                    Assert.InRange(outstanding.Count, 0, c.Limit);
                }
            });
        seen.Require("E7.session", 10);
    }

    private static void Settle(int count, int settled, ulong tag, bool multiple, bool nack)
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = ConfirmKit.Open(peer);
        List<ulong> outstanding = [];
        for (int i = 0; i < count; i++)
        {
            outstanding.Add(ConfirmKit.Publish(peer, channel));
        }

        for (int i = count - 1; i >= 0; i--)
        {
            if ((settled >> i & 1) != 0)
            {
                ConfirmKit.Settle(peer, channel, (ulong)i + 1, multiple: false, nack: false);
                outstanding.Remove((ulong)i + 1);
            }
        }

        int before = peer.Events.Count;
        ConfirmKit.Settle(peer, channel, tag, multiple, nack);
        string text = $"E4 {count} publishes, {settled:b} settled, tag {tag}, multiple {multiple}, nack {nack}";
        if (tag > (ulong)count || (tag == 0 && !multiple))
        {
            PeerKit.AssertViolation(peer, ReplyCode.CommandInvalid); // 0 alone, or never published
            IEnumerable<ulong> lost = ConfirmKit.Numbers(peer.Events.Skip(before), EventKind.PublishesLost);
            Assert.True(outstanding.SequenceEqual(lost), text);
            return;
        }

        ulong upTo = tag == 0 ? ulong.MaxValue : tag;
        ulong[] due = [.. outstanding.Where(n => multiple ? n <= upTo : n == tag)]; // what is settled is passed over
        Assert.True(peer.End is null, text);
        Assert.True(
            due.SequenceEqual(ConfirmKit.Numbers(peer.Events.Skip(before), EventKind.PublishSettled)), text);
        Assert.All(peer.Events.Skip(before), e => Assert.Equal(nack, e.Flag));
        Assert.True(outstanding.Except(due).SequenceEqual(peer.Session.ListUnsettledPublishes(channel)), text);
    }
}
