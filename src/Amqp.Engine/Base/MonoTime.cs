using System.Globalization;

namespace Amqp.Engine.Base;

/// <summary>
/// A point on a monotonic clock, in ticks of 100 ns from an arbitrary origin. The engine reads no clock: its caller
/// says what time it is. Arithmetic saturates and never throws, so that a huge timeout means "never", not an overflow.
/// </summary>
/// <param name="Ticks">Ticks of 100 ns since the origin; <see cref="long.MaxValue"/> means never.</param>
public readonly record struct MonoTime(long Ticks) : IComparable<MonoTime>
{
    /// <summary>The clock's origin.</summary>
    public static MonoTime Zero => default;

    /// <summary>Later than every other time; adding to it or subtracting a span from it leaves it unchanged.</summary>
    public static MonoTime Never => new(long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(MonoTime other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The time <paramref name="span"/> later; saturates at <see cref="Never"/>.</summary>
    public static MonoTime operator +(MonoTime time, TimeSpan span) => Add(time.Ticks, span.Ticks);

    /// <summary>The time <paramref name="span"/> earlier; <see cref="Never"/> stays <see cref="Never"/>.</summary>
    public static MonoTime operator -(MonoTime time, TimeSpan span) =>
        Add(time.Ticks, span.Ticks == long.MinValue ? long.MaxValue : -span.Ticks);

    /// <summary>
    /// The span from <paramref name="right"/> to <paramref name="left"/>; saturates at the ends of TimeSpan.
    /// </summary>
    public static TimeSpan operator -(MonoTime left, MonoTime right)
    {
        if (left.Ticks == right.Ticks)
        {
            return TimeSpan.Zero;
        }

        if (left.Ticks == long.MaxValue)
        {
            return TimeSpan.MaxValue;
        }

        if (right.Ticks == long.MaxValue)
        {
            return TimeSpan.MinValue;
        }

        long difference = unchecked(left.Ticks - right.Ticks);
        bool overflowed = ((left.Ticks ^ right.Ticks) & (left.Ticks ^ difference)) < 0;
        return overflowed ? (left.Ticks > 0 ? TimeSpan.MaxValue : TimeSpan.MinValue) : new TimeSpan(difference);
    }

    /// <summary>Whether <paramref name="left"/> is earlier than <paramref name="right"/>.</summary>
    public static bool operator <(MonoTime left, MonoTime right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later than <paramref name="right"/>.</summary>
    public static bool operator >(MonoTime left, MonoTime right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is not later than <paramref name="right"/>.</summary>
    public static bool operator <=(MonoTime left, MonoTime right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is not earlier than <paramref name="right"/>.</summary>
    public static bool operator >=(MonoTime left, MonoTime right) => left.Ticks >= right.Ticks;

    /// <summary>Seconds since the origin, with seven decimals, or <c>never</c>.</summary>
    public override string ToString() => Ticks == long.MaxValue
        ? "never"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(Ticks < 0 ? "-" : "")}{Math.Abs((decimal)Ticks) / TimeSpan.TicksPerSecond:0.0000000}s");

    private static MonoTime Add(long time, long span)
    {
        if (time == long.MaxValue)
        {
            return Never;
        }

        long sum = unchecked(time + span);
        bool overflowed = ((time ^ sum) & (span ^ sum)) < 0;
        return new MonoTime(overflowed ? (span > 0 ? long.MaxValue : long.MinValue) : sum);
    }
}
