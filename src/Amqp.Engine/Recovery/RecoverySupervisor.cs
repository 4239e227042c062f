using Amqp.Engine.Base;
using Amqp.Engine.Events;

namespace Amqp.Engine.Recovery;

/// <summary>
/// Decides over the sessions of one connection: whether to connect again after one has ended, when, and to which
/// endpoints. A pure state machine: it is told what happened and what time it is. Not thread-safe.
/// </summary>
/// <remarks>
/// <code>
/// Connecting ──OnConnected, OnReplayed──▶ Ready ◀──▶ Blocked
///     │                                    │ OnEnded
///     │                                    ▼
///     └──────────────────────────────▶ Recovering ──▶ Ready     every state ──▶ Closed
/// </code>
/// An attempt is due at <see cref="NextAttempt"/>: call <see cref="OnAttemptStarted"/>, try <see cref="Endpoints"/> in
/// their order, and say what came of it. Calls that do not fit the state are ignored.
/// </remarks>
public sealed class RecoverySupervisor
{
    private readonly RecoveryPolicy _policy;
    private readonly int[] _failures;
    private Prng _delays;
    private Prng _orders;
    private MonoTime _readySince = MonoTime.Never;
    private int _topologyAttempts;
    private int _endpoint = -1;
    private bool _isBlocked;
    private RecoveryState _state = RecoveryState.Connecting;

    /// <summary>Starts in <see cref="RecoveryState.Connecting"/>, with an attempt due at once.</summary>
    /// <param name="policy">When to connect again.</param>
    /// <param name="endpoints">How many endpoints there are, at least 1.</param>
    /// <param name="now">The present moment.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public RecoverySupervisor(RecoveryPolicy policy, int endpoints, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfLessThan(endpoints, 1);
        policy.Validate();
        _policy = policy;
        _failures = new int[endpoints];
        _delays = new Prng(Prng.DeriveSeed(policy.Seed, "delays"));
        _orders = new Prng(Prng.DeriveSeed(policy.Seed, "endpoints"));
        NextAttempt = now;
        Endpoints = Order();
    }

    /// <summary>Where the connection stands.</summary>
    public RecoveryState State => _state == RecoveryState.Ready && _isBlocked ? RecoveryState.Blocked : _state;

    /// <summary>When to try to connect; <see cref="MonoTime.Never"/> while that is not wanted.</summary>
    public MonoTime NextAttempt { get; private set; }

    /// <summary>The endpoints to try in the next attempt, by their indexes, in order.</summary>
    public IReadOnlyList<int> Endpoints { get; private set; }

    /// <summary>How many attempts were started since the connection was last stable.</summary>
    public int Attempts { get; private set; }

    /// <summary>Why the last session ended, once one has.</summary>
    public SessionEnd? LastEnd { get; private set; }

    /// <summary>What the last replay did, once there was one.</summary>
    public RecoveryReport? LastReport { get; private set; }

    /// <summary>How often an endpoint has failed since it last worked.</summary>
    /// <param name="endpoint">Its index.</param>
    public int Failures(int endpoint) => _failures[endpoint];

    /// <summary>An attempt begins.</summary>
    public void OnAttemptStarted()
    {
        if (NextAttempt != MonoTime.Never)
        {
            NextAttempt = MonoTime.Never;
            Attempts++;
        }
    }

    /// <summary>One endpoint could not be connected to; the attempt goes on with the next one.</summary>
    /// <param name="endpoint">Its index.</param>
    public void OnEndpointFailed(int endpoint) => _failures[endpoint]++;

    /// <summary>No endpoint could be connected to.</summary>
    /// <param name="refusal">How a broker refused us, which may be final; null when none did.</param>
    /// <param name="now">The present moment.</param>
    public void OnAttemptFailed(SessionEnd? refusal, MonoTime now)
    {
        if (_state is RecoveryState.Connecting or RecoveryState.Recovering)
        {
            LastEnd = refusal ?? LastEnd;
            Schedule(refusal is null || Recovers(refusal), now);
        }
    }

    /// <summary>A session is open; the topology is restored next.</summary>
    /// <param name="endpoint">The index of its endpoint.</param>
    public void OnConnected(int endpoint)
    {
        if (_state is RecoveryState.Connecting or RecoveryState.Recovering)
        {
            NextAttempt = MonoTime.Never;
            _endpoint = endpoint;
            _failures[endpoint] = 0;
            _isBlocked = false;
        }
    }

    /// <summary>The topology was restored, or not.</summary>
    /// <param name="report">What was done.</param>
    /// <param name="now">The present moment.</param>
    /// <returns>What to do now.</returns>
    public RecoveryVerdict OnReplayed(RecoveryReport report, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(report);
        LastReport = report;
        if (_state is not (RecoveryState.Connecting or RecoveryState.Recovering))
        {
            return _state == RecoveryState.Closed ? RecoveryVerdict.GiveUp : RecoveryVerdict.Ready;
        }

        if (report.IsComplete
            || (_policy.OnTopologyFailure == TopologyFailurePolicy.Continue && !report.IsTransient))
        {
            return BecomeReady(now);
        }

        bool mayHelp = report.IsTransient || _policy.OnTopologyFailure == TopologyFailurePolicy.Retry;
        if (++_topologyAttempts >= _policy.MaxTopologyAttempts || !mayHelp)
        {
            if (_policy.OnTopologyFailure == TopologyFailurePolicy.Continue)
            {
                return BecomeReady(now);
            }

            Close();
            return RecoveryVerdict.GiveUp;
        }

        _state = RecoveryState.Recovering;
        Schedule(true, now);
        return _state == RecoveryState.Closed ? RecoveryVerdict.GiveUp : RecoveryVerdict.Retry;
    }

    /// <summary>The session has ended.</summary>
    /// <param name="end">Why.</param>
    /// <param name="now">The present moment.</param>
    public void OnEnded(SessionEnd end, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(end);
        if (_state == RecoveryState.Closed || NextAttempt != MonoTime.Never)
        {
            return;
        }

        LastEnd = end;
        if (_readySince != MonoTime.Never && now - _readySince >= _policy.StablePeriod)
        {
            Attempts = 0;
        }

        _readySince = MonoTime.Never;
        _isBlocked = false;
        if (_endpoint >= 0)
        {
            _failures[_endpoint]++;
            _endpoint = -1;
        }

        Schedule(Recovers(end), now);
    }

    /// <summary>Whether an end would be recovered from in the present state.</summary>
    /// <param name="end">The end.</param>
    public bool WouldRecover(SessionEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return _state != RecoveryState.Closed && Recovers(end);
    }

    /// <summary>The broker has stopped or resumed taking publishes.</summary>
    /// <param name="isBlocked">Whether it has stopped.</param>
    public void OnBlocked(bool isBlocked) => _isBlocked = isBlocked;

    /// <summary>The application closes the connection: nothing is tried any more.</summary>
    public void Close()
    {
        _state = RecoveryState.Closed;
        NextAttempt = MonoTime.Never;
    }

    private RecoveryVerdict BecomeReady(MonoTime now)
    {
        _state = RecoveryState.Ready;
        _readySince = now;
        _topologyAttempts = 0;
        return RecoveryVerdict.Ready;
    }

    private bool Recovers(SessionEnd end) => _policy.Recoverable?.Invoke(end) ?? RecoveryPolicy.IsRecoverable(end);

    private void Schedule(bool isWanted, MonoTime now)
    {
        if (!isWanted || Attempts >= _policy.MaxAttempts)
        {
            Close();
            return;
        }

        if (_state == RecoveryState.Ready)
        {
            _state = RecoveryState.Recovering;
        }

        NextAttempt = now + NextDelay();
        Endpoints = Order();
    }

    // Twice as long each time, up to the longest; a part of it is drawn.
    private TimeSpan NextDelay()
    {
        double longest = Math.Min(
            _policy.MaxDelay.Ticks, _policy.MinDelay.Ticks * Math.Pow(2, Math.Min(Attempts, 62)));
        double part = (_delays.NextUInt64() >> 11) * (1.0 / (1UL << 53));
        return TimeSpan.FromTicks((long)(longest * (1 - (_policy.Jitter * part))));
    }

    private int[] Order()
    {
        int[] order = [.. Enumerable.Range(0, _failures.Length)];
        switch (_policy.EndpointOrder)
        {
            case EndpointOrder.Shuffled:
                for (int i = order.Length - 1; i > 0; i--)
                {
                    int other = _orders.NextInt32(i + 1);
                    (order[i], order[other]) = (order[other], order[i]);
                }

                break;
            case EndpointOrder.ByHealth:
                order = [.. order.OrderBy(each => _failures[each])];
                break;
            default:
                break;
        }

        return order;
    }
}
