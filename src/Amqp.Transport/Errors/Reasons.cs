using Amqp.Engine.Commands;
using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>Turns the engine's typed results into exceptions. A fresh exception each time, since each is thrown to a
/// caller of its own.</summary>
internal static class Reasons
{
    public static AmqpException ForConnection(SessionEnd end, Exception? cause = null) => end.Kind switch
    {
        SessionEndKind.AuthenticationRefused => new AmqpAuthenticationException(end, cause),
        SessionEndKind.VirtualHostRefused => new AmqpVirtualHostException(end, cause),
        SessionEndKind.VersionMismatch or SessionEndKind.ProtocolViolation => new AmqpProtocolException(end, cause),
        SessionEndKind.HeartbeatTimeout => new AmqpHeartbeatException(end, cause),
        SessionEndKind.BlockedTimeout => new AmqpBlockedException(end, cause),
        SessionEndKind.HandshakeTimeout => new AmqpTimeoutException(AmqpConnectionClosedException.Describe(end), cause),
        _ => new AmqpConnectionClosedException(end, cause),
    };

    public static AmqpException ForChannel(SessionEnd end, int channel, bool sessionOver, Exception? cause = null) =>
        sessionOver && end.Kind != SessionEndKind.ChannelError
            ? ForConnection(end, cause)
            : new AmqpChannelClosedException(end, channel);

    public static AmqpMisuseException ForMisuse(CommandResult result) => new(result switch
    {
        CommandResult.NoFreeChannel => "As many channels are open as were negotiated with the broker.",
        CommandResult.TooManyPendingCalls => "Too many calls wait on this channel (AmqpLimits.MaxPendingCalls).",
        CommandResult.TooManyUnsettled => "Too many publishes are unsettled (AmqpLimits.MaxUnsettledPublishes).",
        CommandResult.BodyTooLarge => "The body is longer than AmqpLimits.MaxBodySize.",
        CommandResult.HeaderTooLarge => "The method or the properties do not fit one frame of the negotiated size.",
        CommandResult.InvalidArgument => "An argument cannot be sent; a name may be longer than 255 bytes of UTF-8.",
        _ => $"The command was refused: {result}.",
    });
}
