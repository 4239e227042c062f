namespace Amqp.Property.Wire;

/// <summary>What a hostile broker does to one of its frames, or puts between them.</summary>
internal enum Hostility
{
    /// <summary>A frame ends early, its length as it was.</summary>
    Truncated,

    /// <summary>A frame is cut and says so in its length.</summary>
    Shortened,

    /// <summary>A frame comes twice.</summary>
    Doubled,

    /// <summary>Two frames change places.</summary>
    Swapped,

    /// <summary>A length over the agreed frame size, or a body longer than announced.</summary>
    Oversized,

    /// <summary>A frame on another channel: another open one, one that is not, or 0.</summary>
    WrongChannel,

    /// <summary>A method of another state of the connection or the channel.</summary>
    WrongState,

    /// <summary>Short strings that are no UTF-8.</summary>
    BadText,

    /// <summary>Tables in tables beyond the limit, where a table may stand.</summary>
    DeepTable,

    /// <summary>Thousands of the smallest frames.</summary>
    TinyFrames,

    /// <summary>Octets flipped, inserted and left out anywhere.</summary>
    Noise,
}
