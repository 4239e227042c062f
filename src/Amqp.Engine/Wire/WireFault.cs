namespace Amqp.Engine.Wire;

/// <summary>Why the last read of a <see cref="WireReader"/> failed.</summary>
public enum WireFault : byte
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The bytes ended before the value did.</summary>
    Truncated,

    /// <summary>A short string was not valid UTF-8.</summary>
    InvalidUtf8,
}
