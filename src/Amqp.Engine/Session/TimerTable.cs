using Amqp.Engine.Base;

namespace Amqp.Engine.Session;

/// <summary>One moment for each <see cref="TimerKind"/>.</summary>
internal sealed class TimerTable
{
    private readonly MonoTime[] _at =
    [
        MonoTime.Never, MonoTime.Never, MonoTime.Never, MonoTime.Never, MonoTime.Never, MonoTime.Never,
    ];

    public Deadline Next
    {
        get
        {
            Deadline next = Deadline.None;
            for (int kind = 1; kind < _at.Length; kind++)
            {
                if (_at[kind] < next.At)
                {
                    next = new Deadline(_at[kind], (TimerKind)kind);
                }
            }

            return next;
        }
    }

    public void Arm(TimerKind kind, MonoTime at) => _at[(int)kind] = at;

    public void Disarm(TimerKind kind) => _at[(int)kind] = MonoTime.Never;

    public void Clear() => Array.Fill(_at, MonoTime.Never);

    public bool IsDue(TimerKind kind, MonoTime now) => _at[(int)kind] <= now && _at[(int)kind] != MonoTime.Never;
}
