using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.FakeBroker.Journal;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>Where faults, the journal and the control plane touch a connection.</content>
public sealed partial class BrokerConnection
{
    private readonly Queue<HeldConfirm> _heldConfirms = new();
    private bool _isFrozen;

    /// <summary>The SASL mechanism; empty before connection.start-ok.</summary>
    public string Mechanism { get; private set; } = "";

    /// <summary>When connection.open succeeded, by the broker's clock.</summary>
    public MonoTime OpenedAt { get; private set; }

    internal bool HasStoppedHeartbeats { get; set; }

    /// <summary>True while the host neither reads nor writes: nothing is due meanwhile.</summary>
    internal bool IsFrozen
    {
        get => _isFrozen;
        set
        {
            _isFrozen = value;
            RestartHeartbeats();
        }
    }

    private MonoTime HeldConfirmDue => _heldConfirms.TryPeek(out HeldConfirm held) ? held.Due : MonoTime.Never;

    /// <summary>Cancels consumers of a queue as the broker does when it loses the queue's leader.</summary>
    internal static void CancelConsumers(QueueModel queue, string? tag)
    {
        foreach (ConsumerModel consumer in queue.Consumers.ToArray())
        {
            if ((tag ?? consumer.Tag) == consumer.Tag)
            {
                BrokerConnection session = consumer.Channel.Session;
                queue.RemoveConsumer(consumer);
                consumer.Channel.Consumers.Remove(consumer);
                session.NotifyCancelled(consumer);
                session.Note(JournalKind.ConsumerCancelled, consumer.Channel.Number, $"{consumer.Tag} of {queue.Name}");
            }
        }

        AfterConsumerLeft(queue);
    }

    /// <summary>Sends bytes that are no frame of the broker's.</summary>
    internal void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        Touch();
        System.Buffers.BuffersExtensions.Write(_output, bytes);
    }

    /// <summary>Time was moved: silence counts from now on.</summary>
    internal void RestartHeartbeats()
    {
        _lastReceived = _core.Now;
        _lastSent = _core.Now;
        _core.Arm(this);
    }

    /// <summary>The numbers of the messages whose confirms are held back.</summary>
    internal IEnumerable<ulong> UnconfirmedMessages => _heldConfirms.Select(static each => each.Message);

    /// <summary>Sends the confirms that are due, or all that were held back.</summary>
    internal void ReleaseConfirms(bool all)
    {
        while (_heldConfirms.TryPeek(out HeldConfirm held) && (all || held.Due <= _core.Now))
        {
            _heldConfirms.Dequeue();
            if (held.Channel.IsClosing || !_channels.TryGetValue(held.Channel.Number, out ChannelModel? channel)
                || !ReferenceEquals(channel, held.Channel))
            {
                continue;
            }

            if (held.IsTaken)
            {
                WriteAck(channel.Number, held.Tag, multiple: false);
            }
            else
            {
                Write(channel.Number, new BasicNack { DeliveryTag = held.Tag, Requeue = true });
            }
        }
    }

    /// <summary>True when a fault keeps this confirm back; its tag has then been counted.</summary>
    private bool HoldConfirm(ChannelModel channel, StoredMessage message, bool isTaken)
    {
        if (!_core.Faults.HoldsConfirms && _heldConfirms.Count == 0)
        {
            return false;
        }

        FlushConfirms(channel);
        MonoTime due = _core.Faults.ConfirmDelay is { } delay ? _core.Now + delay : MonoTime.Never;
        _heldConfirms.Enqueue(new HeldConfirm(channel, ++channel.LastPublish, message.Number, isTaken, due));
        _core.Arm(this);
        return true;
    }

    /// <summary>True when a fault has dealt with a publish: refused it, or returned it.</summary>
    private bool MeetFault(ChannelModel channel, StoredMessage message, bool isMandatory)
    {
        if (!_core.Faults.HasRules || _core.Faults.Take(message, channel.IsConfirming, isMandatory) is not { } rule)
        {
            return false;
        }

        _routed.Clear();
        if (!rule.IsNack)
        {
            WriteReturn(channel, message);
        }

        NotePublished(channel, message, isMandatory, isReply: false);
        if (channel.IsConfirming)
        {
            Confirm(channel, message, isTaken: !rule.IsNack);
        }

        return true;
    }

    private void NoteOpened()
    {
        OpenedAt = _core.Now;
        Note(JournalKind.ConnectionOpened, 0, $"{UserName} in {VirtualHost}");
    }

    private void NotePublished(ChannelModel channel, StoredMessage message, bool isMandatory, bool isReply) =>
        _core.Journal.NotePublished(
            _core.Now, this, channel.Number, message, _routed, isMandatory, isReply ? ReplyQueueName : null);

    private void NoteClosed(JournalKind kind, ushort channel, ReplyCode code, string text) =>
        Note(kind, channel, $"{(int)code} {ReplyTexts.Compose(code, text)}");

    private void Note(JournalKind kind, ushort channel, string text) =>
        _core.Journal.Note(_core.Now, kind, Number, channel, text);

    private readonly record struct HeldConfirm(
        ChannelModel Channel, ulong Tag, ulong Message, bool IsTaken, MonoTime Due);
}
