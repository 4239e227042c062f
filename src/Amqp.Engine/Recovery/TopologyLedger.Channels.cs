using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

// What belongs to a channel: its settings and its consumers.
public sealed partial class TopologyLedger
{
    /// <summary>A consumer has ended, whoever ended it.</summary>
    /// <param name="channel">The owner's number of its channel.</param>
    /// <param name="tag">Its tag.</param>
    public void ForgetConsumer(ulong channel, string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (!_consumers.TryGet((channel, tag), out RecordedConsumer consumer))
        {
            return;
        }

        _consumers.Remove((channel, tag));
        Drop(_byQueue, consumer.Queue, (channel, tag));
        if (!_byQueue.ContainsKey(consumer.Queue)
            && _queues.TryGet(consumer.Queue, out RecordedQueue queue) && queue.IsAutoDelete)
        {
            ForgetQueue(queue.Name);
        }
    }

    /// <summary>A channel has ended for good, with its consumers.</summary>
    /// <param name="channel">The owner's number.</param>
    public void ForgetChannel(ulong channel)
    {
        foreach (RecordedConsumer consumer in Consumers.Where(each => each.Channel == channel))
        {
            ForgetConsumer(channel, consumer.Tag);
        }

        _channels.Remove(channel);
        _lastQueue.Remove(channel);
    }

    private void RecordOnChannel(ulong channel, AmqpMethod request, AmqpMethod? reply)
    {
        switch (request)
        {
            case BasicConsume consume:
                OnConsume(channel, consume, reply as BasicConsumeOk);
                break;
            case BasicCancel cancel:
                ForgetConsumer(channel, cancel.ConsumerTag);
                break;
            case BasicQos { Global: true } qos:
                Change(channel, each => each with { SharedPrefetch = qos.PrefetchCount });
                break;
            case BasicQos qos:
                Change(channel, each => each with { Prefetch = qos.PrefetchCount });
                break;
            case ConfirmSelect:
                Change(channel, static each => each with { IsConfirming = true });
                break;
            case TxSelect:
                Change(channel, static each => each with { IsTransactional = true });
                break;
            default:
                break;
        }
    }

    private void OnConsume(ulong channel, BasicConsume consume, BasicConsumeOk? reply)
    {
        string tag = reply?.ConsumerTag ?? consume.ConsumerTag;
        string queue = QueueOf(channel, consume.Queue);
        if (tag.Length == 0 || queue.Length == 0)
        {
            return; // a nowait consume without a tag: what it delivers is nobody's
        }

        _consumers.Set((channel, tag), new RecordedConsumer(
            channel, tag, queue, consume.NoAck, consume.Exclusive, consume.Arguments));
        Index(_byQueue, queue).Add((channel, tag));
    }

    private void Change(ulong channel, Func<RecordedChannel, RecordedChannel> change)
    {
        RecordedChannel known = _channels.TryGet(channel, out RecordedChannel found)
            ? found
            : new RecordedChannel(channel);
        _channels.Set(channel, change(known));
    }
}
