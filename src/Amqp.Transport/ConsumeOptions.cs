using Amqp.Engine.Wire;

namespace Amqp.Transport;

/// <summary>How a consumer is started (<c>basic.consume</c>) and fed.</summary>
public sealed record ConsumeOptions
{
    /// <summary>The consumer's tag, unique on its channel; empty lets the broker choose.</summary>
    public string ConsumerTag { get; init; } = "";

    /// <summary>Whether the broker takes each message for settled as soon as it is sent.</summary>
    public bool NoAck { get; init; }

    /// <summary>Whether no other consumer may use the queue.</summary>
    public bool Exclusive { get; init; }

    /// <summary>AMQP's no-local, which RabbitMQ ignores.</summary>
    public bool NoLocal { get; init; }

    /// <summary>Further arguments, such as <c>x-priority</c>.</summary>
    public FieldTable Arguments { get; init; } = FieldTable.Empty;

    /// <summary>How many messages may wait for the handler when no prefetch bounds them (no-ack, or prefetch 0), at
    /// least 1; their bytes are bounded by <see cref="Amqp.Engine.Base.AmqpLimits.MaxBufferedBytes"/>. A fuller
    /// buffer pauses reading of the whole connection until it is half empty; it may be exceeded by
    /// the messages of one read of at most 64 KiB. With a prefetch the buffer is the prefetch, and reading pauses only
    /// for a broker that does not keep to it. While reading is paused, no handler ends and an answer of the broker is
    /// due, which a handler may be waiting for, reading goes on after half a second to a second, to
    /// a million messages and four times the bytes: give the consumer a prefetch, or a connection of its own.</summary>
    public int BufferSize { get; init; } = 4096;

    /// <summary>How many messages the handler may get at once, at least 1. With 1 the channel's handlers run one
    /// after the other, in the order of arrival. With more, this consumer's run beside each other and beside the
    /// others of the channel, on the thread pool, in no order; a prefetch should be at least as large. Not for inline
    /// handlers and streams, which are always one by one.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>What to do when a handler throws.</summary>
    public HandlerErrorPolicy OnHandlerError { get; init; } = HandlerErrorPolicy.NackDrop;
}
