using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Async;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation;

/// <summary>
/// What goes wrong in a world, in sentences: <c>sim.Faults.Cut(CutKind.Reset).InTheBodyOf(MethodId.BasicPublish,
/// 3)</c>,
/// <c>sim.Faults.After(TimeSpan.FromSeconds(2)).Restart(TimeSpan.FromSeconds(5))</c>. Each sentence sets a fault of the
/// broker's vocabulary. For the world's own thread only.
/// </summary>
public sealed class SimFaults
{
    private readonly SimContext _context;
    private readonly TimeSpan _delay;

    internal SimFaults(SimContext context, FaultPlan plan, TimeSpan delay = default)
    {
        _context = context;
        Plan = plan;
        _delay = delay;
    }

    internal FaultPlan Plan { get; }

    /// <summary>The same sentences, from a later moment on.</summary>
    /// <param name="time">How much virtual time passes first; zero or more.</param>
    /// <returns>Faults that are set then.</returns>
    public SimFaults After(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return new SimFaults(_context, Plan, _delay + time);
    }

    /// <summary>Sets any fault of the broker's vocabulary, or of the network's.</summary>
    /// <param name="fault">The fault.</param>
    /// <exception cref="ArgumentException">It is of a kind that nobody here can do.</exception>
    public void Inject(BrokerFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        Plan.Set(new PlannedFault(_context.Time.Now - MonoTime.Zero + _delay, fault));
    }

    /// <summary>Cuts the open connections, or the next one when none is open; where is said by what follows.</summary>
    /// <param name="kind">What the two sides see.</param>
    /// <returns>The beginning of the sentence.</returns>
    public SimCut Cut(CutKind kind = CutKind.Reset) => new(this, kind, isNext: false);

    /// <summary>Cuts the connection that is made next; where is said by what follows.</summary>
    /// <param name="kind">What the two sides see.</param>
    /// <returns>The beginning of the sentence.</returns>
    public SimCut CutTheNextConnection(CutKind kind = CutKind.Reset) => new(this, kind, isNext: true);

    /// <summary>Restarts the broker in good order: connections are closed with 320, durable state comes back.</summary>
    /// <param name="downtime">How long it refuses connections.</param>
    public void Restart(TimeSpan downtime) => Inject(new RestartBroker(downtime));

    /// <summary>The broker dies: connections are reset, durable state comes back.</summary>
    /// <param name="downtime">How long it refuses connections.</param>
    /// <param name="losesUnconfirmed">Whether messages are gone whose confirms were held back.</param>
    public void Crash(TimeSpan downtime, bool losesUnconfirmed = false) =>
        Inject(new CrashBroker(downtime, losesUnconfirmed));

    /// <summary>Confirms are held back until <see cref="ReleaseConfirms"/>.</summary>
    public void HoldConfirms() => Inject(new StopConfirms());

    /// <summary>Confirms that were held back are sent.</summary>
    public void ReleaseConfirms() => Inject(new ResumeConfirms());

    /// <summary>Confirms come late, as from a slow disk.</summary>
    /// <param name="by">How late.</param>
    public void DelayConfirms(TimeSpan by) => Inject(new SlowConfirms(by));

    /// <summary>The next publishes are refused with <c>basic.nack</c>.</summary>
    /// <param name="count">How many.</param>
    public void NackPublishes(int count) => Inject(new NackPublishes(count));

    /// <summary>The next mandatory publishes come back.</summary>
    /// <param name="count">How many.</param>
    public void ReturnPublishes(int count) => Inject(new ReturnPublishes(count));

    /// <summary>The broker blocks publishers, as when its memory is full.</summary>
    /// <param name="time">For how long.</param>
    public void BlockPublishers(TimeSpan time)
    {
        Inject(new MemoryAlarm(true));
        After(time).Inject(new MemoryAlarm(false));
    }

    /// <summary>The broker cancels the consumers of a queue.</summary>
    /// <param name="queue">The queue.</param>
    public void CancelConsumers(string queue) => Inject(new CancelConsumers("/", queue));

    /// <summary>A queue is deleted under its consumers.</summary>
    /// <param name="queue">The queue.</param>
    public void DeleteQueue(string queue) => Inject(new DeleteQueue("/", queue));

    /// <summary>An operator closes all connections.</summary>
    /// <param name="reason">Goes into the reply text.</param>
    public void CloseConnections(string reason = "an operator's wish") => Inject(new CloseConnection(null, reason));

    /// <summary>The broker stands still: it neither reads nor writes, and nothing is lost.</summary>
    /// <param name="time">For how long.</param>
    public void Freeze(TimeSpan time)
    {
        Inject(new FreezeConnection(null));
        After(time).Inject(new ThawConnection(null));
    }

    /// <summary>What travels gets stuck for a while; nothing is lost.</summary>
    /// <param name="time">For how long.</param>
    /// <param name="direction">One way only; null for both.</param>
    public void Clog(TimeSpan time, LinkDirection? direction = null) => Inject(new ClogLink(direction, time));

    /// <summary>The network is parted: bytes wait, and new connections are not answered.</summary>
    /// <param name="time">For how long.</param>
    public void Partition(TimeSpan time) => Inject(new PartitionNetwork(null, time));

    /// <summary>The clock of the client's machine jumps.</summary>
    /// <param name="by">How far; back when negative.</param>
    public void MoveClientClock(TimeSpan by) => Inject(new StepClock(false, by));

    /// <summary>The clock of the broker's machine jumps.</summary>
    /// <param name="by">How far; back when negative.</param>
    public void MoveBrokerClock(TimeSpan by) => Inject(new StepClock(true, by));

    /// <summary>The next attempts to connect fail.</summary>
    /// <param name="count">How many.</param>
    /// <param name="failure">How.</param>
    public void FailConnects(int count = 1, ConnectFailure failure = ConnectFailure.Refused) =>
        Inject(new FailConnects(failure, count));

    internal string[] Unreached() => Plan.Unreached;

    internal void Heal() => Plan.Heal();
}
