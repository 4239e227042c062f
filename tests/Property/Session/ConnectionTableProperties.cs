using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B7 for connections: each cell of the table is what a session does.</summary>
public class ConnectionTableProperties
{
    public static TheoryData<ConnectionState, ConnectionInput> Pairs()
    {
        var pairs = new TheoryData<ConnectionState, ConnectionInput>();
        foreach (ConnectionState state in Enum.GetValues<ConnectionState>())
        {
            foreach (ConnectionInput input in Enum.GetValues<ConnectionInput>())
            {
                pairs.Add(state, input);
            }
        }

        return pairs;
    }

    [Fact]
    public void B7_The_connection_table_is_complete()
    {
        Assert.Equal(
            Enum.GetValues<ConnectionState>().Length * Enum.GetValues<ConnectionInput>().Length,
            ConnectionStates.Rows.Select(row => (row.State, row.Input)).Distinct().Count());
        Assert.All(ConnectionStates.Rows, row => Assert.Equal(row, ConnectionStates.Find(row.State, row.Input)));
        Assert.All(ConnectionStates.Rows, row =>
        {
            Assert.True(row.Verdict == StateVerdict.Accept || row.Next == row.State, row.ToString());
            Assert.Equal(row.Verdict == StateVerdict.Violate, row.Code != ReplyCode.Success);
        });
    }

    [Fact]
    public void B7_Before_its_end_a_connection_drops_nothing_that_a_peer_sends() =>
        Assert.DoesNotContain(ConnectionStates.Rows, row =>
            row.State is >= ConnectionState.AwaitingStart and <= ConnectionState.Open
            && row.Verdict == StateVerdict.Ignore);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void B7_A_connection_does_what_its_table_says(ConnectionState state, ConnectionInput input)
    {
        StateTransition<ConnectionState, ConnectionInput> row = ConnectionStates.Find(state, input);
        ScriptedPeer peer = Bring(state, input);
        int events = peer.Events.Count;
        int sent = peer.Sent.Length;
        bool refused = Apply(peer, input);
        switch (row.Verdict)
        {
            case StateVerdict.Accept:
                Assert.Equal(row.Next, peer.Session.State);
                Assert.NotEqual(SessionEndKind.ProtocolViolation, peer.End?.Kind);
                break;
            case StateVerdict.Ignore:
                Assert.Equal(state, peer.Session.State);
                Assert.Equal(events, peer.Events.Count);
                Assert.Equal(sent, peer.Sent.Length);
                break;
            case StateVerdict.Violate:
                PeerKit.AssertViolation(peer, row.Code);
                Assert.Equal(state, peer.End!.During);
                break;
            default:
                // Before an open connection a close has nothing to say to the peer: the session just ends.
                bool endsEarly = input == ConnectionInput.LocalClose && state < ConnectionState.Open;
                Assert.True(refused || endsEarly, $"{input} was not refused in {state}");
                Assert.Equal(endsEarly ? ConnectionState.Closed : state, peer.Session.State);
                Assert.Equal(sent, peer.Sent.Length);
                break;
        }
    }

    /// <summary>Brings a session into a state, and makes what the input refers to exist.</summary>
    private static ScriptedPeer Bring(ConnectionState state, ConnectionInput input)
    {
        var peer = new ScriptedPeer(new SessionOptions { Mechanisms = [new EchoMechanism()] });
        peer.HandshakeTo(state > ConnectionState.Open ? ConnectionState.Open : state);
        if (state >= ConnectionState.Open && input == ConnectionInput.ChannelFrame)
        {
            peer.OpenChannel();
        }

        if (state >= ConnectionState.Open && input == ConnectionInput.UpdateSecretOk)
        {
            peer.Call(0, new ConnectionUpdateSecret { NewSecret = "s", Reason = "r" });
        }

        if (state >= ConnectionState.Closing)
        {
            Assert.Equal(CommandResult.Ok, peer.Session.Close(ReplyCode.Success, "bye", peer.Now));
            peer.Drain();
        }

        if (state == ConnectionState.Closed)
        {
            peer.Feed(0, new ConnectionCloseOk());
        }

        Assert.Equal(state, peer.Session.State);
        return peer;
    }

    /// <summary>Gives the input.</summary>
    /// <returns>True when the session refused it.</returns>
    private static bool Apply(ScriptedPeer peer, ConnectionInput input)
    {
        switch (input)
        {
            case ConnectionInput.LocalStart:
                return Refuses(() => peer.Start());
            case ConnectionInput.LocalClose:
                CommandResult result = peer.Session.Close(ReplyCode.Success, "bye", peer.Now);
                peer.Drain();
                return result != CommandResult.Ok;
            case ConnectionInput.End:
                peer.FeedEnd(StreamEnd.Fin);
                return false;
            default:
                (ushort channel, AmqpMethod method) = FrameOf(input);
                return Refuses(() => peer.Feed(channel, method));
        }
    }

    private static (ushort Channel, AmqpMethod Method) FrameOf(ConnectionInput input) => input switch
    {
        ConnectionInput.Start => (0, ScriptedPeer.StartMethod()),
        ConnectionInput.Secure => (0, new ConnectionSecure { Challenge = "who?" }),
        ConnectionInput.Tune => (0, new ConnectionTune { ChannelMax = 10, FrameMax = 4096, Heartbeat = 10 }),
        ConnectionInput.OpenOk => (0, new ConnectionOpenOk()),
        ConnectionInput.Close => (0, new ConnectionClose { ReplyCode = 320, ReplyText = "forced" }),
        ConnectionInput.CloseOk => (0, new ConnectionCloseOk()),
        ConnectionInput.Blocked => (0, new ConnectionBlocked { Reason = "memory" }),
        ConnectionInput.Unblocked => (0, new ConnectionUnblocked()),
        ConnectionInput.UpdateSecretOk => (0, new ConnectionUpdateSecretOk()),
        ConnectionInput.OtherMethod => (0, new QueueDeclareOk { Queue = "q" }),
        _ => (1, new ChannelFlow { Active = true }),
    };

    // An owner who breaks the contract gets an exception; no peer can cause one.
    private static bool Refuses(Action input)
    {
        try
        {
            input();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
