using Amqp.Engine.Base;

namespace Amqp.Engine.Session;

/// <summary>When the session must be given the time again, and why.</summary>
/// <param name="At">The latest moment for <see cref="AmqpSession.Elapse"/>; <see cref="MonoTime.Never"/> when nothing
/// is armed.</param>
/// <param name="Why">The timer that is due then.</param>
public readonly record struct Deadline(MonoTime At, TimerKind Why)
{
    /// <summary>Nothing is armed.</summary>
    public static Deadline None { get; } = new(MonoTime.Never, TimerKind.None);
}
