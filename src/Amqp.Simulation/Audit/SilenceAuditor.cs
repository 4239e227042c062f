using Amqp.Engine.Base;
using Amqp.Engine.Events;

namespace Amqp.Simulation.Audit;

/// <summary>
/// C1 and C2 on a link: while a session is open it writes at least every half interval, and gives a peer up after two
/// silent intervals, no earlier and no later.
/// </summary>
/// <remarks>It is told of bytes and of time, which the others are not, and takes nothing from the session but the
/// agreed interval.</remarks>
internal sealed class SilenceAuditor
{
    /// <summary>Clocks that drift are read to the tick above.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(1);

    private readonly List<string> _failures = [];
    private MonoTime _lastWritten;
    private MonoTime _lastRead;
    private TimeSpan _interval;
    private bool _isOpen;
    private bool _hasJumped;

    public IReadOnlyList<string> Failures => _failures;

    /// <summary>A session begins.</summary>
    public void OnSession() => (_isOpen, _hasJumped) = (false, false);

    /// <summary>A session begins to be open.</summary>
    public void OnOpen(TimeSpan interval, MonoTime now)
    {
        (_interval, _isOpen) = (interval, interval > TimeSpan.Zero && !_hasJumped);
        (_lastWritten, _lastRead) = (now, now);
    }

    /// <summary>The client's clock jumped: nothing more is asked of this session.</summary>
    public void OnJump() => (_isOpen, _hasJumped) = (false, true);

    public void OnWrite(MonoTime now)
    {
        LookAtWriting(now);
        _lastWritten = now;
    }

    public void OnRead(MonoTime now)
    {
        LookAtReading(now);
        _lastRead = now;
    }

    public void OnEvent(EventRecord e, MonoTime now)
    {
        if (e.Kind == EventKind.SessionClosed)
        {
            bool isGivenUp = _isOpen && e.Reason!.Kind == SessionEndKind.HeartbeatTimeout;
            if (isGivenUp && now + s_slack < _lastRead + (_interval * 2))
            {
                _failures.Add($"C2 the peer was given up {now - _lastRead} after its last byte with {_interval}");
            }

            _isOpen = false;
        }
    }

    private void LookAtWriting(MonoTime now)
    {
        if (_isOpen && now - _lastWritten > (_interval / 2) + s_slack)
        {
            _failures.Add($"C1 nothing was written for {now - _lastWritten} with a heartbeat of {_interval}");
            _isOpen = false;
        }
    }

    private void LookAtReading(MonoTime now)
    {
        if (_isOpen && now - _lastRead > (_interval * 2) + s_slack)
        {
            _failures.Add($"C2 a peer that was silent for {now - _lastRead} was not given up with {_interval}");
            _isOpen = false;
        }
    }
}
