using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>H4, the client's half: a cut at any byte of a session ends every call exactly once, and the session
/// too.</summary>
public class CutProperties
{
    /// <summary>Handshake, channel, queue, confirms, a returned and a routed publish, a consumer, an ack, a get,
    /// close.</summary>
    private static readonly Scenario Short = new()
    {
        Options = new WorldOptions { Session = new SessionOptions { Heartbeat = TimeSpan.FromSeconds(10) } },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
            new Step.DeclareQueue(0, "q"),
            new Step.ConfirmSelect(0),
            new Step.Settle(),
            new Step.Publish(0, "", "nowhere", 3, Mandatory: true),
            new Step.Publish(0, "", "q", 12),
            new Step.Settle(),
            new Step.Consume(0, "q", "c"),
            new Step.Settle(),
            new Step.Ack(0),
            new Step.Get(0, "q"),
            new Step.CloseChannel(0),
            new Step.Settle(),
            new Step.Close(),
        ],
    };

    [Fact]
    public void W3_The_short_session_without_a_cut_does_all_it_says()
    {
        Outcome outcome = SimWorld.Run(Short);
        Assert.True(outcome.IsGood, outcome.ToString());
        Assert.Equal(
            [
                EventKind.SessionOpened, EventKind.CallCompleted, EventKind.CallCompleted, EventKind.CallCompleted,
                EventKind.Return, EventKind.Body, EventKind.PublishReturned, EventKind.PublishSettled,
                EventKind.PublishSettled,
                EventKind.CallCompleted, EventKind.Delivery, EventKind.Body, EventKind.CallCompleted,
                EventKind.CallCompleted,
                EventKind.ChannelClosed, EventKind.SessionClosed,
            ],
            EventLists.Expand(outcome).Select(e => e.Kind));
        Assert.Equal(SessionEndKind.ClosedByApplication, outcome.Events[^1].Reason!.Kind);
    }

    [Theory]
    [InlineData(LinkDirection.ToBroker, CutKind.Fin)]
    [InlineData(LinkDirection.ToBroker, CutKind.Reset)]
    [InlineData(LinkDirection.ToBroker, CutKind.Silent)]
    [InlineData(LinkDirection.ToBroker, CutKind.SilentOneWay)]
    [InlineData(LinkDirection.ToClient, CutKind.Fin)]
    [InlineData(LinkDirection.ToClient, CutKind.Reset)]
    [InlineData(LinkDirection.ToClient, CutKind.Silent)]
    [InlineData(LinkDirection.ToClient, CutKind.SilentOneWay)]
    public void W3_A_cut_at_every_byte_ends_every_call_once(LinkDirection direction, CutKind kind)
    {
        Outcome uncut = SimWorld.Run(Short);
        long bytes = direction == LinkDirection.ToBroker ? uncut.BytesToBroker : uncut.BytesToClient;
        Assert.InRange(bytes, 300, 3000);
        for (long offset = 0; offset <= bytes; offset++)
        {
            Scenario scenario = Short with { Faults = [PlannedFault.OfFirst(new CutAtByte(direction, offset, kind))] };
            Outcome outcome = SimWorld.Run(scenario);
            AssertEnded(outcome, offset);
            AssertPrefix(uncut, outcome, offset);
        }
    }

    [Fact]
    public void W3_A_cut_at_any_moment_of_any_world_ends_every_call_once()
    {
        var seen = new Distribution(
            nameof(CutKind.Fin), nameof(CutKind.Reset), nameof(CutKind.Silent), nameof(CutKind.SilentOneWay),
            "calls failed");
        Props.ForAll(
            "W3.any",
            Gens.From(draw => (
                Scenario: ScenarioGenerator.Generate(
                    draw.Bits(), new GeneratorOptions { Faults = FaultClasses.None, MaxBody = 500 }),
                Permille: draw.Int(0, 1000),
                Direction: (LinkDirection)draw.Int(0, 1),
                Kind: (CutKind)draw.Int(0, 3))),
            c =>
            {
                Outcome uncut = SimWorld.Run(c.Scenario);
                long bytes = c.Direction == LinkDirection.ToBroker ? uncut.BytesToBroker : uncut.BytesToClient;
                var cut = new CutAtByte(c.Direction, bytes * c.Permille / 1000, c.Kind);
                Outcome outcome = SimWorld.Run(c.Scenario with { Faults = [PlannedFault.OfFirst(cut)] });
                seen.Case();
                seen.Saw(c.Kind.ToString());
                seen.Saw("calls failed", outcome.Events.Any(e => e.Kind == EventKind.CallFailed));
                AssertEnded(outcome, cut.Offset);
            },
            c => ScenarioShrinker.Candidates(c.Scenario).Select(s => c with { Scenario = s }));
        seen.Require("W3.any", 5);
    }

    private static void AssertEnded(Outcome outcome, long offset)
    {
        Assert.True(outcome.IsGood, $"cut at {offset}: {outcome}");
        Assert.Equal(ConnectionState.Closed, outcome.FinalState);
        Assert.Equal(EventKind.SessionClosed, outcome.Events[^1].Kind);
        SessionEndKind end = outcome.Events[^1].Reason!.Kind;
        Assert.True(
            end is SessionEndKind.StreamLost or SessionEndKind.HeartbeatTimeout or SessionEndKind.HandshakeTimeout
                or SessionEndKind.CloseTimeout or SessionEndKind.ClosedByApplication
                or SessionEndKind.AuthenticationRefused or SessionEndKind.VirtualHostRefused,
            $"cut at {offset}: an honest broker's cut session ended as {end}: {outcome}");
    }

    // Up to the moment the cut shows, the session says what the uncut one says: nothing is invented.
    private static void AssertPrefix(Outcome uncut, Outcome cut, long offset)
    {
        List<EventRecord> expected = EventLists.Expand(uncut);
        List<EventRecord> events = EventLists.Expand(cut);
        int same = expected.Zip(events).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(
            events.Skip(same).All(e => e.Kind is EventKind.CallFailed or EventKind.PublishesLost
                or EventKind.ChannelClosed or EventKind.SessionClosed),
            $"cut at {offset}: event {same} is new: {cut}");
    }
}
