namespace Amqp.Engine.Commands;

/// <summary>What became of a command. Anything but <see cref="Ok"/> means that no byte of it was appended to the
/// output: misuse by the caller is reported here and never by closing the connection.</summary>
public enum CommandResult
{
    /// <summary>The command was encoded, or queued behind an earlier call of its channel.</summary>
    Ok,

    /// <summary>The session is not open: the handshake is not over, or the session is closing or closed.</summary>
    NotOpen,

    /// <summary>The channel is not open, or its close was asked for already.</summary>
    ChannelNotOpen,

    /// <summary>As many channels are in use as were negotiated.</summary>
    NoFreeChannel,

    /// <summary>The channel has <see cref="Base.AmqpLimits.MaxPendingCalls"/> calls waiting.</summary>
    TooManyPendingCalls,

    /// <summary>The channel has <see cref="Base.AmqpLimits.MaxUnsettledPublishes"/> unsettled publishes.</summary>
    TooManyUnsettled,

    /// <summary>The body is longer than <see cref="Base.AmqpLimits.MaxBodySize"/>.</summary>
    BodyTooLarge,

    /// <summary>A method or a content header does not fit one frame of the negotiated size.</summary>
    HeaderTooLarge,

    /// <summary>An argument cannot be sent in this way, such as a call with its nowait bit set or a short string of
    /// more than 255 bytes.</summary>
    InvalidArgument,

    /// <summary>The delivery came on a connection or a channel that has ended: its tag is void, and an acknowledgement
    /// of it is never sent. The engine's session knows one connection only; this is for what lasts for
    /// several.</summary>
    StaleDelivery,
}
