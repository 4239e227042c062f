namespace Amqp.Compare.Client;

/// <summary>Whose memory a delivered body is in.</summary>
internal enum ConsumeStyle
{
    /// <summary>The receiver's, to keep: the default, and what counts.</summary>
    Owned,

    /// <summary>Pooled, valid until the handler's task ends.</summary>
    Borrowed,

    /// <summary>A slice of the receive buffer, for a synchronous handler.</summary>
    Inline,
}
