using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>The declared arguments of a queue, decoded.</summary>
internal sealed class QueueSettings
{
    public QueueSettings(FieldTable arguments)
    {
        Arguments = arguments;
        MaxLength = Integer("x-max-length") ?? long.MaxValue;
        MaxLengthBytes = Integer("x-max-length-bytes") ?? long.MaxValue;
        RejectsOverflow = HasLimit && arguments.TryGet("x-overflow", out FieldValue overflow)
            && overflow.AsString() is "reject-publish" or "reject-publish-dlx";
        HasSingleActiveConsumer = arguments.TryGet("x-single-active-consumer", out FieldValue single)
            && single.AsBoolean();
        ExpiresAtOnce = Integer("x-message-ttl") == 0;
    }

    public FieldTable Arguments { get; }

    /// <summary>Most ready messages; <see cref="long.MaxValue"/> when unlimited.</summary>
    public long MaxLength { get; }

    /// <summary>Most octets of ready bodies; <see cref="long.MaxValue"/> when unlimited.</summary>
    public long MaxLengthBytes { get; }

    public bool HasLimit => MaxLength != long.MaxValue || MaxLengthBytes != long.MaxValue;

    public bool RejectsOverflow { get; }

    public bool HasSingleActiveConsumer { get; }

    /// <summary>x-message-ttl 0: a message is delivered at once or not at all.</summary>
    public bool ExpiresAtOnce { get; }

    private long? Integer(string key) =>
        Arguments.TryGet(key, out FieldValue value) && FieldFacts.TryInteger(value, out long number) ? number : null;
}
