using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>Something that has to act at a time.</summary>
internal interface ITimed
{
    /// <summary>When there is something to do; <see cref="MonoTime.Never"/> when nothing waits.</summary>
    MonoTime NextDeadline { get; }

    /// <summary>What the timers hold for this; theirs to set.</summary>
    MonoTime ArmedFor { get; set; }

    /// <summary>Acts on what is due now. Always allowed early.</summary>
    void Elapse();
}
