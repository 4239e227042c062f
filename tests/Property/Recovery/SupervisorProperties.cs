using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Recovery;

/// <summary>When to connect again, and where.</summary>
public class SupervisorProperties
{
    private static readonly SessionEnd Lost = End(SessionEndKind.StreamLost, CloseInitiator.Peer);

    [Fact]
    public void G3_Delays_lie_in_their_envelope_and_follow_from_the_seed() => Props.ForAll(
        "G3",
        Gens.From(draw => (
            Min: draw.Int(1, 1000), Factor: draw.Int(1, 100), Jitter: draw.Int(0, 4), Seed: draw.Bits(),
            Count: draw.Int(1, 40))),
        c =>
        {
            var policy = new RecoveryPolicy
            {
                MinDelay = TimeSpan.FromMilliseconds(c.Min),
                MaxDelay = TimeSpan.FromMilliseconds(c.Min * c.Factor),
                Jitter = c.Jitter / 4.0,
                Seed = c.Seed,
            };
            var supervisor = Ready(policy);
            var twin = Ready(policy);
            MonoTime now = MonoTime.Zero;
            supervisor.OnEnded(Lost, now);
            twin.OnEnded(Lost, now);
            for (int i = 0; i < c.Count; i++)
            {
                TimeSpan delay = supervisor.NextAttempt - now;
                TimeSpan longest = TimeSpan.FromMilliseconds(
                    Math.Min(c.Min * (double)c.Factor, c.Min * Math.Pow(2, i)));
                Assert.InRange(delay, longest * (1 - policy.Jitter) - TimeSpan.FromTicks(1), longest);
                Assert.Equal(supervisor.NextAttempt, twin.NextAttempt);
                Assert.Equal(RecoveryState.Recovering, supervisor.State);
                now = supervisor.NextAttempt;
                supervisor.OnAttemptStarted();
                twin.OnAttemptStarted();
                Assert.Equal(MonoTime.Never, supervisor.NextAttempt);
                supervisor.OnAttemptFailed(null, now);
                twin.OnAttemptFailed(null, now);
            }
        });

    [Theory]
    [InlineData(9, 3)]
    [InlineData(10, 1)]
    public void G3_Delays_start_anew_after_a_stable_period_only(int readySeconds, int attempts)
    {
        var supervisor = Ready(new RecoveryPolicy { Jitter = 0, StablePeriod = TimeSpan.FromSeconds(10) });
        MonoTime now = MonoTime.Zero + TimeSpan.FromHours(1);
        supervisor.OnEnded(Lost, now);
        supervisor.OnAttemptStarted();
        supervisor.OnAttemptFailed(null, now);
        supervisor.OnAttemptStarted();
        Reconnect(supervisor, now);
        now += TimeSpan.FromSeconds(readySeconds);
        supervisor.OnEnded(Lost, now);
        Assert.Equal(TimeSpan.FromMilliseconds(200 * Math.Pow(2, attempts - 1)), supervisor.NextAttempt - now);
    }

    [Fact]
    public void G3_After_the_last_attempt_it_gives_up()
    {
        var supervisor = Ready(new RecoveryPolicy { MaxAttempts = 2 });
        supervisor.OnEnded(Lost, MonoTime.Zero);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(RecoveryState.Recovering, supervisor.State);
            supervisor.OnAttemptStarted();
            supervisor.OnAttemptFailed(null, MonoTime.Zero);
        }

        Assert.Equal(RecoveryState.Closed, supervisor.State);
        Assert.Equal(MonoTime.Never, supervisor.NextAttempt);
    }

    [Theory]
    [InlineData(SessionEndKind.ClosedByPeer, CloseInitiator.Peer, ReplyCode.ConnectionForced, true)]
    [InlineData(SessionEndKind.ClosedByPeer, CloseInitiator.Peer, ReplyCode.InternalError, true)]
    [InlineData(SessionEndKind.ClosedByPeer, CloseInitiator.Peer, ReplyCode.AccessRefused, false)]
    [InlineData(SessionEndKind.ClosedByPeer, CloseInitiator.Peer, ReplyCode.NotAllowed, false)]
    [InlineData(SessionEndKind.AuthenticationRefused, CloseInitiator.Peer, ReplyCode.AccessRefused, false)]
    [InlineData(SessionEndKind.AuthenticationRefused, CloseInitiator.Peer, ReplyCode.Success, true)]
    [InlineData(SessionEndKind.AuthenticationRefused, CloseInitiator.Library, ReplyCode.Success, false)]
    [InlineData(SessionEndKind.VirtualHostRefused, CloseInitiator.Peer, ReplyCode.NotAllowed, false)]
    [InlineData(SessionEndKind.VirtualHostRefused, CloseInitiator.Peer, ReplyCode.Success, true)]
    [InlineData(SessionEndKind.VersionMismatch, CloseInitiator.Library, ReplyCode.Success, false)]
    [InlineData(SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success, false)]
    [InlineData(SessionEndKind.CloseTimeout, CloseInitiator.Library, ReplyCode.Success, false)]
    [InlineData(SessionEndKind.Aborted, CloseInitiator.Application, ReplyCode.Success, false)]
    [InlineData(SessionEndKind.HeartbeatTimeout, CloseInitiator.Library, ReplyCode.Success, true)]
    [InlineData(SessionEndKind.HandshakeTimeout, CloseInitiator.Library, ReplyCode.Success, true)]
    [InlineData(SessionEndKind.BlockedTimeout, CloseInitiator.Library, ReplyCode.Success, true)]
    [InlineData(SessionEndKind.ProtocolViolation, CloseInitiator.Library, ReplyCode.FrameError, true)]
    [InlineData(SessionEndKind.StreamLost, CloseInitiator.Peer, ReplyCode.Success, true)]
    public void G5_What_is_final_is_not_tried_again(
        SessionEndKind kind, CloseInitiator initiator, ReplyCode code, bool recovers)
    {
        var supervisor = Ready(new RecoveryPolicy());
        SessionEnd end = End(kind, initiator, code);
        Assert.Equal(recovers, supervisor.WouldRecover(end));
        supervisor.OnEnded(end, MonoTime.Zero);
        Assert.Equal(recovers ? RecoveryState.Recovering : RecoveryState.Closed, supervisor.State);
        Assert.Equal(recovers, supervisor.NextAttempt != MonoTime.Never);
        Assert.Equal(end, supervisor.LastEnd);

        var attempt = Ready(new RecoveryPolicy());
        attempt.OnEnded(Lost, MonoTime.Zero);
        attempt.OnAttemptStarted();
        attempt.OnAttemptFailed(end, MonoTime.Zero);
        Assert.Equal(recovers ? RecoveryState.Recovering : RecoveryState.Closed, attempt.State);
    }

    [Fact]
    public void G5_The_application_may_decide_otherwise()
    {
        var supervisor = Ready(new RecoveryPolicy { Recoverable = end => end.Code == ReplyCode.AccessRefused });
        Assert.False(supervisor.WouldRecover(Lost));
        supervisor.OnEnded(End(SessionEndKind.ClosedByPeer, CloseInitiator.Peer, ReplyCode.AccessRefused), default);
        Assert.Equal(RecoveryState.Recovering, supervisor.State);
        supervisor.Close();
        supervisor.OnAttemptFailed(null, MonoTime.Zero);
        Assert.Equal((RecoveryState.Closed, MonoTime.Never), (supervisor.State, supervisor.NextAttempt));
    }

    [Theory]
    [InlineData(TopologyFailurePolicy.Close, ReplyCode.PreconditionFailed, 1, RecoveryVerdict.GiveUp)]
    [InlineData(TopologyFailurePolicy.Continue, ReplyCode.PreconditionFailed, 1, RecoveryVerdict.Ready)]
    [InlineData(TopologyFailurePolicy.Retry, ReplyCode.PreconditionFailed, 5, RecoveryVerdict.GiveUp)]
    [InlineData(TopologyFailurePolicy.Close, ReplyCode.ResourceLocked, 5, RecoveryVerdict.GiveUp)]
    [InlineData(TopologyFailurePolicy.Continue, ReplyCode.ResourceLocked, 5, RecoveryVerdict.Ready)]
    public void G5_A_topology_that_cannot_be_restored_is_no_loop(
        TopologyFailurePolicy policy, ReplyCode code, int rounds, RecoveryVerdict last)
    {
        var supervisor = Ready(new RecoveryPolicy { OnTopologyFailure = policy });
        supervisor.OnEnded(Lost, MonoTime.Zero);
        var report = new RecoveryReport([new(EntityKind.Queue, "q", EntityOutcome.Failed, code, "why")]);
        for (int round = 1; round <= rounds; round++)
        {
            supervisor.OnAttemptStarted();
            supervisor.OnConnected(0);
            Assert.Equal(
                round < rounds ? RecoveryVerdict.Retry : last, supervisor.OnReplayed(report, MonoTime.Zero));
        }

        Assert.Equal(report, supervisor.LastReport);
        Assert.Equal(
            last == RecoveryVerdict.Ready ? RecoveryState.Ready : RecoveryState.Closed, supervisor.State);
        Assert.Equal(MonoTime.Never, supervisor.NextAttempt);
    }

    [Fact]
    public void Endpoints_come_in_order_or_shuffled_by_the_seed_or_by_health()
    {
        Assert.Equal([0, 1, 2], new RecoverySupervisor(new RecoveryPolicy(), 3, default).Endpoints);
        var shuffled = new RecoveryPolicy { EndpointOrder = EndpointOrder.Shuffled };
        string[] orders = [.. Enumerable.Range(0, 200)
            .Select(seed => string.Concat(
                new RecoverySupervisor(shuffled with { Seed = (ulong)seed }, 3, default).Endpoints))];
        Assert.Equal(6, orders.Distinct().Count());

        var healthy = new RecoverySupervisor(
            new RecoveryPolicy { EndpointOrder = EndpointOrder.ByHealth }, 3, default);
        healthy.OnAttemptStarted();
        healthy.OnEndpointFailed(0);
        healthy.OnEndpointFailed(0);
        healthy.OnEndpointFailed(1);
        healthy.OnConnected(2);
        healthy.OnReplayed(RecoveryReport.Empty, default);
        healthy.OnEnded(Lost, default);
        Assert.Equal([1, 2, 0], healthy.Endpoints);
        Assert.Equal((2, 1, 1), (healthy.Failures(0), healthy.Failures(1), healthy.Failures(2)));
    }

    [Fact]
    public void A_blocked_connection_says_so_until_it_is_lost()
    {
        var supervisor = Ready(new RecoveryPolicy());
        supervisor.OnBlocked(true);
        Assert.Equal(RecoveryState.Blocked, supervisor.State);
        supervisor.OnEnded(Lost, default);
        Assert.Equal(RecoveryState.Recovering, supervisor.State);
        supervisor.OnAttemptStarted();
        Reconnect(supervisor, default);
        Assert.Equal(RecoveryState.Ready, supervisor.State);
    }

    private static SessionEnd End(
        SessionEndKind kind, CloseInitiator initiator, ReplyCode code = ReplyCode.Success) =>
        new(kind, initiator, code, "", 0, ConnectionState.Open);

    private static RecoverySupervisor Ready(RecoveryPolicy policy)
    {
        var supervisor = new RecoverySupervisor(policy, 1, MonoTime.Zero);
        Assert.Equal((RecoveryState.Connecting, MonoTime.Zero), (supervisor.State, supervisor.NextAttempt));
        supervisor.OnAttemptStarted();
        Reconnect(supervisor, MonoTime.Zero);
        supervisor.OnEnded(Lost, MonoTime.Zero + policy.StablePeriod);
        Assert.Equal(0, supervisor.Attempts);
        supervisor = new RecoverySupervisor(policy, 1, MonoTime.Zero);
        Reconnect(supervisor, MonoTime.Zero);
        return supervisor;
    }

    private static void Reconnect(RecoverySupervisor supervisor, MonoTime now)
    {
        supervisor.OnConnected(0);
        Assert.Equal(RecoveryVerdict.Ready, supervisor.OnReplayed(RecoveryReport.Empty, now));
        Assert.Equal(RecoveryState.Ready, supervisor.State);
    }
}
