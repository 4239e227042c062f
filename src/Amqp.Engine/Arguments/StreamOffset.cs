using System.Globalization;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Arguments;

/// <summary>Where a consumer of a stream begins (<c>x-stream-offset</c>). Default: <see cref="Next"/>.</summary>
public readonly record struct StreamOffset
{
    private readonly FieldValue? _value;

    private StreamOffset(FieldValue value) => _value = value;

    /// <summary>At the oldest message that is kept.</summary>
    public static StreamOffset First => new("first");

    /// <summary>At the last chunk that was written.</summary>
    public static StreamOffset Last => new("last");

    /// <summary>At what is published from now on.</summary>
    public static StreamOffset Next => new("next");

    /// <summary>At a message's offset.</summary>
    /// <param name="offset">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public static StreamOffset At(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new StreamOffset(FieldValue.Int64(offset));
    }

    /// <summary>At about a time, to the chunk.</summary>
    /// <param name="time">The time; sent in whole seconds since 1970.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970.</exception>
    public static StreamOffset At(DateTimeOffset time)
    {
        long seconds = time.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(time));
        return new StreamOffset(FieldValue.Timestamp((ulong)seconds));
    }

    /// <summary>As long ago as this.</summary>
    /// <param name="ago">In whole seconds, more than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is less than a second.</exception>
    public static StreamOffset Ago(TimeSpan ago)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ago, TimeSpan.FromSeconds(1));
        return new StreamOffset(string.Create(CultureInfo.InvariantCulture, $"{(long)ago.TotalSeconds}s"));
    }

    internal FieldValue Value => _value ?? FieldValue.LongString("next");

    private StreamOffset(string value)
        : this(FieldValue.LongString(value))
    {
    }
}
