using Microsoft.Extensions.Logging;

namespace Amqp.Transport;

/// <summary>All that is logged. Nothing here takes a secret or a message's content.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "Connected to {Endpoint}: frame-max {FrameMax}, channel-max {ChannelMax}, heartbeat {Heartbeat}")]
    public static partial void Connected(
        ILogger logger, AmqpEndpoint endpoint, uint frameMax, ushort channelMax, TimeSpan heartbeat);

    [LoggerMessage(2, LogLevel.Warning, "Connecting failed: {Attempt}")]
    public static partial void AttemptFailed(ILogger logger, AmqpConnectAttempt attempt);

    [LoggerMessage(3, LogLevel.Information, "The connection to {Endpoint} is closed")]
    public static partial void Closed(ILogger logger, AmqpEndpoint endpoint);

    [LoggerMessage(4, LogLevel.Warning, "The connection to {Endpoint} ended: {Reason}")]
    public static partial void ClosedUnexpectedly(ILogger logger, AmqpEndpoint endpoint, string reason);

    [LoggerMessage(5, LogLevel.Debug, "Channel {Channel} ended: {Reason}")]
    public static partial void ChannelClosed(ILogger logger, int channel, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The broker blocks publishing on this connection: {Reason}")]
    public static partial void Blocked(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Information, "The broker takes publishes again")]
    public static partial void Unblocked(ILogger logger);

    [LoggerMessage(
        EventId = 8,
        Message = "Reading is paused: a handler is behind and no prefetch bounds what waits for it, or the peer "
        + "does not take our replies")]
    public static partial void ReadPaused(ILogger logger, LogLevel level);

    [LoggerMessage(
        EventId = 22,
        Level = LogLevel.Warning,
        Message = "Reading goes on beyond the bounds of what waits for handlers: no handler ended for a while, and "
        + "an answer of the broker is due, which one may wait for. A prefetch keeps this from happening")]
    public static partial void ReadLifted(ILogger logger);

    [LoggerMessage(
        23, LogLevel.Warning, "Channel {Channel}: delivery {DeliveryTag} is for no consumer and was put back")]
    public static partial void DeliveryToNobody(ILogger logger, int channel, ulong deliveryTag);

    [LoggerMessage(9, LogLevel.Debug, "Reading goes on")]
    public static partial void ReadResumed(ILogger logger);

    [LoggerMessage(
        10,
        LogLevel.Error,
        "The handler of consumer {ConsumerTag} failed for delivery {DeliveryTag}; policy {Policy}")]
    public static partial void HandlerFailed(
        ILogger logger, string consumerTag, ulong deliveryTag, HandlerErrorPolicy policy, Exception error);

    [LoggerMessage(11, LogLevel.Error, "A callback failed")]
    public static partial void CallbackFailed(ILogger logger, Exception error);

    [LoggerMessage(12, LogLevel.Debug, "Closing failed; it is closed all the same")]
    public static partial void CloseFailed(ILogger logger, Exception error);

    [LoggerMessage(
        19,
        LogLevel.Information,
        "Delivery {DeliveryTag} of consumer {ConsumerTag} was settled too late: its connection was lost meanwhile")]
    public static partial void DeliveryStale(ILogger logger, string consumerTag, ulong deliveryTag);

    [LoggerMessage(20, LogLevel.Information, "The connection is recovered after {Attempts} attempts: {Report}")]
    public static partial void Recovered(ILogger logger, int attempts, string report);

    [LoggerMessage(21, LogLevel.Warning, "The topology could not be restored: {Report}")]
    public static partial void NotRestored(ILogger logger, string report);

    [LoggerMessage(15, LogLevel.Information, "The credentials were renewed")]
    public static partial void CredentialsRenewed(ILogger logger);

    [LoggerMessage(16, LogLevel.Warning, "The credentials could not be renewed; it is tried again")]
    public static partial void CredentialsNotRenewed(ILogger logger, Exception error);

    [LoggerMessage(14, LogLevel.Debug, "A handler takes long: another thread reads on")]
    public static partial void ReadingTakenOver(ILogger logger);

    [LoggerMessage(18, LogLevel.Trace, "Reading naps, so that the next read brings more")]
    public static partial void ReadNaps(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning, "The stream does not end; it is left to itself")]
    public static partial void StreamAbandoned(ILogger logger);

    [LoggerMessage(
        17, LogLevel.Warning, "Channel {Channel} ended with {Count} messages that were set aside while it was blocked")]
    public static partial void BufferedPublishesLost(ILogger logger, int channel, int count);
}
