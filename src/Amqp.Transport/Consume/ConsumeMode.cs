namespace Amqp.Transport.Consume;

/// <summary>How a consumer gets its messages.</summary>
internal enum ConsumeMode
{
    /// <summary>Not at all: its start was given up, and what comes is put back.</summary>
    Discard,

    /// <summary>Owned, as an asynchronous sequence.</summary>
    Stream,

    /// <summary>Owned, by the channel's dispatcher.</summary>
    Owned,

    /// <summary>In pooled memory, by the channel's dispatcher.</summary>
    Borrowed,

    /// <summary>As a slice of the input, by the reader.</summary>
    Inline,
}
