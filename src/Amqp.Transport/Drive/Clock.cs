using Amqp.Engine.Base;

namespace Amqp.Transport.Drive;

/// <summary>The engine's time, from a time provider's timestamps: monotonic, in units of 100 ns.</summary>
internal readonly struct Clock(TimeProvider time)
{
    public TimeProvider Provider { get; } = time;

    public MonoTime Now
    {
        get
        {
            long stamp = Provider.GetTimestamp();
            long frequency = Provider.TimestampFrequency;
            long seconds = Math.DivRem(stamp, frequency, out long rest);
            return new MonoTime((seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / frequency));
        }
    }
}
