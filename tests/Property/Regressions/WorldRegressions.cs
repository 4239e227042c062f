using Amqp.Engine.Session;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.Regressions;

/// <summary>Scenarios that failed once, as the shrinker left them: of the worlds, their auditors or what they
/// run.</summary>
public sealed class WorldRegressions
{
    [Fact]
    public void Half_a_frame_is_no_lasting_sign_of_life() => AssertGood(new Scenario
    {
        Options = new WorldOptions { Session = new SessionOptions { Heartbeat = TimeSpan.FromSeconds(10) } },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
        ],
        Faults =
        [
            new PlannedFault(
                TimeSpan.Zero,
                new CutNextConnection(new CutAtByte(LinkDirection.ToBroker, 286, CutKind.SilentOneWay))),
        ],
    });

    [Fact]
    public void A_deletion_under_way_on_a_lost_connection_may_happen_after_the_queue_was_declared_again() => AssertGood(
        new Scenario
        {
            Options = new WorldOptions
            {
                Reconnect = ReconnectOptions.Default,
                FaultsEnd = TimeSpan.FromSeconds(30),
            },
            Steps =
            [
                new Step.OpenChannel(0),
                new Step.Wait(TimeSpan.FromMilliseconds(1)),
                new Step.Publish(0, "", "nowhere", 0, false, false),
                new Step.DeleteQueue(0, "q1"),
                new Step.DeclareQueue(0, "q1", true),
                new Step.Settle(),
            ],
            Faults =
            [
                new PlannedFault(TimeSpan.Zero, new MemoryAlarm(true)),
                new PlannedFault(
                    TimeSpan.FromSeconds(1),
                    new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Fin))),
            ],
        });

    [Fact]
    public void A_cut_that_waits_for_its_place_is_forgotten_when_the_faults_are_over() => AssertGood(new Scenario
    {
        Options = new WorldOptions { Reconnect = ReconnectOptions.Default },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.OpenChannel(1),
            new Step.Settle(),
            new Step.DeclareQueue(0, "q0", true),
            new Step.Consume(1, "q0", "c0", false),
            new Step.Publish(0, "", "q0", 0, false, false),
        ],
        Faults =
        [
            new PlannedFault(TimeSpan.Zero, new CutNextConnection(new CutAtPlace(
                ProtocolPlace.Parse("in the first client's basic.ack"), CutKind.SilentOneWay))),
        ],
    });

    [Fact]
    public void What_an_earlier_connection_had_sent_may_be_read_after_what_the_next_one_sent() => AssertGood(
        new Scenario
        {
            Options = new WorldOptions { Reconnect = ReconnectOptions.Default },
            Steps =
            [
                new Step.OpenChannel(0),
                new Step.OpenChannel(1),
                new Step.Settle(),
                new Step.DeclareQueue(0, "q0", false),
                new Step.Consume(1, "q0", "c0", false),
                new Step.Wait(TimeSpan.FromMilliseconds(50)),
                new Step.Publish(0, "", "q0", 1, false, false),
                new Step.Wait(TimeSpan.FromMilliseconds(1)),
                new Step.Publish(0, "", "q0", 0, false, false),
                new Step.Wait(TimeSpan.FromMilliseconds(50)),
                new Step.Publish(0, "", "q0", 1, false, false),
                new Step.Publish(0, "", "q0", 0, false, false),
                new Step.Settle(),
            ],
            Faults =
            [
                new PlannedFault(TimeSpan.Zero, new DiskAlarm(true)),
                new PlannedFault(
                    TimeSpan.FromMilliseconds(100),
                    new SendBytes(null, new byte[] { 0x01, 0, 0, 0, 0, 0, 0x04, 0, 0x0A, 0, 0x63, 0xCE })),
            ],
        });

    [Fact]
    public void A_connection_that_is_never_made_has_no_session_to_end() => AssertGood(new Scenario
    {
        Faults =
        [
            new PlannedFault(TimeSpan.Zero, new FailConnects(ConnectFailure.Hangs, 1)),
        ],
    });

    [Fact]
    public void What_is_published_before_another_client_declares_its_queue_may_be_nowhere() => AssertGood(new Scenario
    {
        Seed = 1UL,
        Options = new WorldOptions { Buggify = BuggifySites.LateFlushes, Reconnect = ReconnectOptions.Default },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
            new Step.DeclareQueue(0, "q0", true),
        ],
        MoreClients =
        [
            new ClientPlan
            {
                Steps =
                [
                    new Step.OpenChannel(0),
                    new Step.Settle(),
                    new Step.ConfirmSelect(0),
                    new Step.Publish(0, "", "q0", 0, false, false),
                ],
            },
        ],
    });

    private static void AssertGood(Scenario scenario)
    {
        Outcome outcome = SimWorld.Run(scenario);
        Assert.True(outcome.IsGood, outcome.ToString());
    }
}
