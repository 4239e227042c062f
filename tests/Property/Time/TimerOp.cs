namespace Amqp.Property.Time;

internal enum TimerOpKind
{
    Create,
    Change,
    Dispose,
    Advance,
    FireNext,
}

/// <summary>One step of a script: which timer is taken modulo those that exist, times are in milliseconds.</summary>
internal sealed record TimerOp(TimerOpKind Kind, int Timer, int Due, int Period);
