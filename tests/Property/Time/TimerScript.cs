using Amqp.Simulation.Time;

namespace Amqp.Property.Time;

/// <summary>Plays a script on a <see cref="VirtualTimeProvider"/> and notes what fires.</summary>
internal sealed class TimerScript
{
    private readonly List<ITimer> _timers = [];

    public VirtualTimeProvider Clock { get; } = new();

    public List<(int Timer, long At)> Fired { get; } = [];

    public Action<int> OnFired { get; set; } = static _ => { };

    public long NowMilliseconds => Clock.GetTimestamp() / TimeSpan.TicksPerMillisecond;

    public bool Apply(TimerOp op)
    {
        switch (op.Kind)
        {
            case TimerOpKind.Create:
                var index = _timers.Count;
                _timers.Add(Clock.CreateTimer(_ => Fire(index), null, Ms(op.Due), Ms(op.Period)));
                return true;
            case TimerOpKind.Advance:
                Clock.Advance(Ms(Math.Max(0, op.Due)));
                return true;
            case TimerOpKind.FireNext:
                return Clock.FireNext();
            case TimerOpKind.Change when _timers.Count > 0:
                return _timers[op.Timer % _timers.Count].Change(Ms(op.Due), Ms(op.Period));
            case TimerOpKind.Dispose when _timers.Count > 0:
                _timers[op.Timer % _timers.Count].Dispose();
                return true;
            default:
                return false;
        }
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Fire(int index)
    {
        Fired.Add((index, NowMilliseconds));
        OnFired(index);
    }
}
