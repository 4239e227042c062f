using System.Globalization;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A stream as AMQP clients see it: a log that reading does not empty. Each consumer has its own place in it, and its
/// prefetch is credit that acknowledgements give back.
/// </summary>
internal sealed class StreamQueue(VirtualHost virtualHost, string name, FieldTable arguments)
    : QueueModel(virtualHost, name, arguments)
{
    private static readonly string[] s_targets = ["queues", "streams"];

    private readonly List<(StoredMessage Message, ulong Time)> _log = [];
    private long _cost;

    public override QueueKind Kind => QueueKind.Stream;

    public override bool KeepsConsumers => true;

    protected override ReadOnlySpan<string> PolicyTargets => s_targets;

    public override bool Publish(StoredMessage message)
    {
        // A stream keeps messages in the form of AMQP 1.0, which has no "unknown" durability.
        StoredMessage kept = Core.Profile.HasMessageContainers && message.Properties.DeliveryMode is null
            ? message.With(message.Properties with { DeliveryMode = 1 })
            : message;
        _log.Add((kept, Core.UnixSeconds));
        _cost += kept.Cost;
        Core.CountStored(kept.Cost);
        CountPublish();
        Note(BrokerEventKind.Enqueued, message);
        Deliver();
        return true;
    }

    public override bool TryGet(bool noAck, out QueueEntry entry, out int left)
    {
        left = 0;
        entry = default;
        return false;
    }

    public override void Acknowledge(in UnackedEntry unacked)
    {
        // Credit is all that an acknowledgement gives back; the channel counts it.
        CountAcknowledgement();
    }

    public override void Reject(in UnackedEntry unacked)
    {
        // The same: nothing leaves a stream.
    }

    public override void Requeue(in UnackedEntry unacked, bool isReturned)
    {
        // The same: nothing comes back, because nothing left.
    }

    public override int Purge() => 0;

    public override IEnumerable<StoredMessage> Browse() => _log.Select(static each => each.Message);

    public override void MarkDeleted()
    {
        base.MarkDeleted();
        Core.CountStored(-_cost);
        _cost = 0;
        _log.Clear();
    }

    public override void Deliver()
    {
        foreach (ConsumerModel consumer in Consumers.ToArray())
        {
            while (consumer.HasRoom && consumer.NextOffset < _log.Count && !IsDeleted)
            {
                int offset = consumer.NextOffset++;
                StoredMessage message = _log[offset].Message;
                CountDelivery(consumer.NoAck, isRedelivered: false);
                QueueEntry entry = new((ulong)offset, message, Engine.Base.MonoTime.Never, 0, false);
                consumer.Channel.Session.DeliverTo(
                    consumer,
                    entry,
                    message.WithHeader("x-stream-offset", FieldValue.Int64(offset)));
            }
        }
    }

    /// <summary>Where x-stream-offset starts a consumer; null when the value means nothing.</summary>
    public int? FindOffset(FieldTable consumerArguments)
    {
        if (!consumerArguments.TryGet("x-stream-offset", out FieldValue value))
        {
            return _log.Count;
        }

        if (FieldFacts.TryInteger(value, out long offset))
        {
            return offset < 0 ? null : (int)Math.Min(offset, _log.Count);
        }

        if (value.Type == FieldType.Timestamp)
        {
            return FindTime(value.AsTimestamp());
        }

        return value.Type != FieldType.LongString ? null : value.AsString() switch
        {
            "first" => 0,
            "last" => Math.Max(0, _log.Count - 1),
            "next" => _log.Count,
            string interval => ParseInterval(interval) is { } seconds
                ? FindTime(Core.UnixSeconds > seconds ? Core.UnixSeconds - seconds : 0)
                : null,
        };
    }

    private int FindTime(ulong time)
    {
        int index = _log.FindIndex(each => each.Time >= time);
        return index < 0 ? _log.Count : index;
    }

    /// <summary>"1h", "30m": a number and one of Y, M, D, h, m, s.</summary>
    private static ulong? ParseInterval(string text)
    {
        ulong unit = text.Length < 2 ? 0 : text[^1] switch
        {
            's' => 1UL,
            'm' => 60,
            'h' => 3600,
            'D' => 86400,
            'M' => 2592000,
            'Y' => 31536000,
            _ => 0,
        };
        return unit > 0
            && uint.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number * unit
            : null;
    }
}
