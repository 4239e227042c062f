using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B7 for channels: each cell of the table is what a session does, alone and in generated orders.</summary>
public class ChannelTableProperties
{
    private const ushort Channel = 1;

    public static TheoryData<ChannelState, ChannelInput> Pairs()
    {
        var pairs = new TheoryData<ChannelState, ChannelInput>();
        foreach (ChannelState state in Enum.GetValues<ChannelState>())
        {
            foreach (ChannelInput input in Enum.GetValues<ChannelInput>())
            {
                pairs.Add(state, input);
            }
        }

        return pairs;
    }

    [Fact]
    public void B7_The_channel_table_is_complete()
    {
        Assert.Equal(
            Enum.GetValues<ChannelState>().Length * Enum.GetValues<ChannelInput>().Length,
            ChannelStates.Rows.Select(row => (row.State, row.Input)).Distinct().Count());
        Assert.All(ChannelStates.Rows, row => Assert.Equal(row, ChannelStates.Find(row.State, row.Input)));
    }

    [Fact]
    public void B7_Only_a_closing_channel_drops_what_a_peer_sends() =>
        Assert.All(
            ChannelStates.Rows.Where(row => row.Verdict == StateVerdict.Ignore),
            row => Assert.Equal(ChannelState.Closing, row.State));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void B7_A_channel_does_what_its_table_says(ChannelState state, ChannelInput input)
    {
        ScriptedPeer peer = Bring(state);
        Check(peer, state, input);
    }

    [Fact]
    public void B7_A_channel_follows_its_table_in_any_order_of_inputs() => Props.ForAll(
        "B7.orders",
        Gens.From(draw => draw.List(draw.Int(1, 12), () => draw.Pick(Enum.GetValues<ChannelInput>()))),
        inputs =>
        {
            ScriptedPeer peer = Bring(ChannelState.Closed);
            ChannelState state = ChannelState.Closed;
            foreach (ChannelInput input in inputs)
            {
                if (peer.Session.State != ConnectionState.Open)
                {
                    return;
                }

                state = Check(peer, state, input);
            }
        },
        PeerKit.Shorter);

    private static ChannelState Check(ScriptedPeer peer, ChannelState state, ChannelInput input)
    {
        StateTransition<ChannelState, ChannelInput> row = ChannelStates.Find(state, input);
        Prepare(peer, state, input);
        int events = peer.Events.Count;
        int sent = peer.MethodsOn(Channel).Count;
        bool refused = Apply(peer, state, input);
        switch (row.Verdict)
        {
            case StateVerdict.Accept:
                Assert.NotEqual(SessionEndKind.ProtocolViolation, peer.End?.Kind);
                AssertState(peer, input == ChannelInput.SessionEnd ? ChannelState.Closed : row.Next);
                break;
            case StateVerdict.Ignore:
                Assert.Equal(events, peer.Events.Count);
                Assert.Equal(sent, peer.MethodsOn(Channel).Count);
                AssertState(peer, state);
                break;
            case StateVerdict.Violate:
                PeerKit.AssertViolation(peer, row.Code);
                break;
            default:
                Assert.True(refused, $"{input} was not refused in {state}");
                Assert.Equal(sent, peer.MethodsOn(Channel).Count);
                AssertState(peer, state);
                break;
        }

        return row.Next;
    }

    private static ScriptedPeer Bring(ChannelState state)
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        if (state == ChannelState.Opening)
        {
            Assert.Equal(Channel, peer.BeginChannel(out _));
        }
        else if (state != ChannelState.Closed)
        {
            Assert.Equal(Channel, peer.OpenChannel());
        }

        if (state == ChannelState.Closing)
        {
            Assert.Equal(CommandResult.Ok, peer.Session.CloseChannel(Channel, ReplyCode.Success, "bye", out _));
            peer.Drain();
        }

        AssertState(peer, state);
        return peer;
    }

    /// <summary>On an open channel, makes what the input answers or continues exist.</summary>
    private static void Prepare(ScriptedPeer peer, ChannelState state, ChannelInput input)
    {
        if (state != ChannelState.Open)
        {
            return;
        }

        switch (input)
        {
            case ChannelInput.Reply:
                peer.Call(Channel, new BasicQos { PrefetchCount = 1 });
                break;
            case ChannelInput.ContentFrame:
                peer.Feed(Channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 });
                break;
            case ChannelInput.Settle:
                peer.Call(Channel, new ConfirmSelect());
                peer.Feed(Channel, new ConfirmSelectOk());
                peer.Session.Publish(Channel, "", "k", false, BasicProperties.Empty, "x"u8, out _);
                peer.Drain();
                break;
        }
    }

    private static bool Apply(ScriptedPeer peer, ChannelState state, ChannelInput input)
    {
        switch (input)
        {
            case ChannelInput.LocalOpen:
                // A number that is in use is never given out again: the session takes another one.
                bool other = peer.Session.OpenChannel(out ushort channel, out _) == CommandResult.Ok
                    && channel != Channel;
                if (other)
                {
                    GiveBack(peer, channel);
                }

                peer.Drain();
                return other;
            case ChannelInput.LocalClose:
                bool refused = peer.Session.CloseChannel(Channel, ReplyCode.Success, "bye", out _) != CommandResult.Ok;
                peer.Drain();
                return refused;
            case ChannelInput.SessionEnd:
                peer.FeedEnd(StreamEnd.Fin);
                return false;
            case ChannelInput.ContentFrame:
                peer.Feed(ScriptedPeer.HeaderFrame(Channel, 0));
                return false;
            case ChannelInput.ContentMethod when state == ChannelState.Open:
                peer.Feed(Channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 });
                peer.Feed(ScriptedPeer.HeaderFrame(Channel, 0));
                return false;
            default:
                peer.Feed(Channel, MethodOf(input));
                return false;
        }
    }

    // Ends the other channel's life, so that only ours is left to look at.
    private static void GiveBack(ScriptedPeer peer, ushort channel)
    {
        peer.Drain();
        peer.Feed(channel, new ChannelClose { ReplyCode = 404, ReplyText = "gone" });
    }

    private static AmqpMethod MethodOf(ChannelInput input) => input switch
    {
        ChannelInput.OpenOk => new ChannelOpenOk(),
        ChannelInput.Close => new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND" },
        ChannelInput.CloseOk => new ChannelCloseOk(),
        ChannelInput.Reply => new BasicQosOk(),
        ChannelInput.ContentMethod => new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 },
        ChannelInput.Settle => new BasicAck { DeliveryTag = 1 },
        ChannelInput.Cancel => new BasicCancel { ConsumerTag = "c" },
        ChannelInput.Flow => new ChannelFlow { Active = true },
        _ => new QueueDeclare { Queue = "q" },
    };

    private static void AssertState(ScriptedPeer peer, ChannelState expected)
    {
        string line = peer.Session.Describe().Channels;
        if (expected == ChannelState.Closed)
        {
            Assert.Equal("", line);
        }
        else
        {
            Assert.StartsWith($"{Channel} {expected} ", line, StringComparison.Ordinal);
        }
    }
}
