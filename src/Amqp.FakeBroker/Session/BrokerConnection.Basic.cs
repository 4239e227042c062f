using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Class basic but for publishing and settling: qos, consume, cancel, get (AMQP 0-9-1 §1.8).</content>
public sealed partial class BrokerConnection
{
    private bool OnBasicMethod(ChannelModel channel, AmqpMethod method)
    {
        switch (method)
        {
            case BasicQos qos:
                OnQos(channel, qos);
                return true;
            case BasicConsume consume:
                OnConsume(channel, consume);
                return true;
            case BasicCancel cancel:
                OnCancel(channel, cancel);
                return true;
            case BasicGet get:
                OnGet(channel, get);
                return true;
            case BasicAck ack:
                Settle(channel, ack.DeliveryTag, ack.Multiple, Outcome.Acknowledge);
                return true;
            case BasicNack nack:
                Settle(channel, nack.DeliveryTag, nack.Multiple, Refused(nack.Requeue));
                return true;
            case BasicReject reject:
                Settle(channel, reject.DeliveryTag, multiple: false, Refused(reject.Requeue));
                return true;
            case BasicRecover recover:
                OnRecover(channel, recover.Requeue, isAnswered: true);
                return true;
            case BasicRecoverAsync recover:
                OnRecover(channel, recover.Requeue, isAnswered: false);
                return true;
            default:
                return false;
        }
    }

    private void OnQos(ChannelModel channel, BasicQos qos)
    {
        if (qos.PrefetchSize != 0)
        {
            FailConnection(ReplyCode.NotImplemented, $"prefetch_size!=0 ({qos.PrefetchSize})");
            return;
        }

        if (qos.Global && _core.Profile.PermitsGlobalPrefetch)
        {
            channel.SharePrefetch(qos.PrefetchCount);
        }
        else
        {
            channel.Prefetch = qos.PrefetchCount;
        }

        Write(channel.Number, new BasicQosOk());
        WakeConsumers(channel);
    }

    private void OnConsume(ChannelModel channel, BasicConsume consume)
    {
        if (consume.Queue == ReplyQueueName)
        {
            OnConsumeReplies(channel, consume);
            return;
        }

        if (consume.ConsumerTag.Length > 0 && channel.FindConsumer(consume.ConsumerTag) is not null)
        {
            FailConnection(ReplyCode.NotAllowed, $"attempt to reuse consumer tag '{consume.ConsumerTag}'");
            return;
        }

        if (!TryExpandName(channel, consume.Queue, out string name)
            || !MayUseQueue(channel, PermissionKind.Read, name)
            || !TryFindQueue(channel, name, out QueueModel? queue))
        {
            return;
        }

        if (ConsumeArgumentRules.Refusal(consume.Arguments, queue.Kind, Shown(queue)) is { } refusal)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, refusal);
            return;
        }

        int? offset = 0;
        if (queue.Kind == QueueKind.Classic)
        {
            if ((queue.Consumers.Count > 0 && (consume.Exclusive || queue.Consumers[0].IsExclusive))
                || (consume.Exclusive && queue.Settings.HasSingleActiveConsumer))
            {
                FailChannel(channel, ReplyCode.AccessRefused, $"{Shown(queue)} in exclusive use");
                return;
            }
        }
        else if (!MayConsumeReplicated(channel, consume, queue, out offset))
        {
            return;
        }

        ConsumerModel consumer = new()
        {
            Tag = consume.ConsumerTag.Length > 0 ? consume.ConsumerTag : _core.Names.Next("amq.ctag-"),
            Queue = queue,
            Channel = channel,
            NoAck = consume.NoAck,
            IsExclusive = consume.Exclusive,
            Priority = ConsumeArgumentRules.Priority(consume.Arguments),
            Prefetch = channel.Prefetch,
            Arguments = consume.Arguments,
            NextOffset = offset ?? 0,
        };
        channel.Consumers.Add(consumer);
        if (!consume.NoWait)
        {
            Write(channel.Number, new BasicConsumeOk { ConsumerTag = consumer.Tag });
        }

        queue.AddConsumer(consumer);
        queue.Deliver();
    }

    private void OnCancel(ChannelModel channel, BasicCancel cancel)
    {
        ConsumerModel? consumer = channel.FindConsumer(cancel.ConsumerTag);
        if (consumer is not null)
        {
            channel.Consumers.Remove(consumer);
            consumer.Queue.RemoveConsumer(consumer);
        }
        else if (channel.ReplyConsumerTag == cancel.ConsumerTag)
        {
            EndReplies(channel);
        }

        if (!cancel.NoWait)
        {
            Write(channel.Number, new BasicCancelOk { ConsumerTag = cancel.ConsumerTag });
        }

        if (consumer is not null)
        {
            AfterConsumerLeft(consumer.Queue);
        }
    }

    private void OnGet(ChannelModel channel, BasicGet get)
    {
        if (!TryExpandName(channel, get.Queue, out string name)
            || !MayUseQueue(channel, PermissionKind.Read, name)
            || !TryFindQueue(channel, name, out QueueModel? queue)
            || !MayGet(channel, queue))
        {
            return;
        }

        if (!queue.TryGet(get.NoAck, out QueueEntry entry, out int left))
        {
            Write(channel.Number, new BasicGetEmpty());
            return;
        }

        ulong tag = channel.NextDeliveryTag++;
        if (!get.NoAck)
        {
            channel.Unacked.Add(new UnackedEntry(tag, queue, null, entry, _core.Now));
            _core.AckSweep.Watch();
        }

        StoredMessage shown = queue.Shown(entry, isGet: true);

        Write(channel.Number, new BasicGetOk
        {
            DeliveryTag = tag,
            Redelivered = entry.Redelivered,
            Exchange = entry.Message.Exchange,
            RoutingKey = entry.Message.RoutingKey,
            MessageCount = (uint)left,
        });
        WriteContent(channel.Number, shown);
        if (_virtualHost!.IsTracing)
        {
            TraceDelivery(channel, queue, shown, entry.Redelivered);
        }
    }

    private static Outcome Refused(bool requeue) => requeue ? Outcome.Requeue : Outcome.Reject;

    /// <summary>
    /// Takes consumers back into rotation that prefetch limits had kept out, the longest blocked first, and serves
    /// their queues. All return before any is served, and who got something goes behind who got nothing, so that a
    /// limit they share goes round and leaves no queue behind.
    /// </summary>
    private static void WakeConsumers(ChannelModel channel)
    {
        List<ConsumerModel> blocked = channel.Blocked;
        int kept = 0;
        for (int i = 0; i < blocked.Count; i++)
        {
            ConsumerModel consumer = blocked[i];
            if (consumer.HasRoom)
            {
                consumer.Queue.Unblock(consumer);
                channel.Woken.Add(consumer);
            }
            else
            {
                blocked[kept++] = consumer;
            }
        }

        blocked.RemoveRange(kept, blocked.Count - kept);
        for (int i = 0; i < channel.Woken.Count; i++)
        {
            ConsumerModel consumer = channel.Woken[i];
            int held = consumer.Unacked;
            consumer.Queue.Deliver();
            if (consumer.Unacked > held && consumer.IsBlocked)
            {
                channel.Served.Add(consumer);
            }
        }

        channel.Woken.Clear();
        foreach (ConsumerModel consumer in channel.Served)
        {
            blocked.Remove(consumer);
            blocked.Add(consumer);
        }

        channel.Served.Clear();
        for (int i = 0; i < channel.Consumers.Count; i++)
        {
            // The consumers of such a queue never leave the rotation, so nothing else wakes them.
            if (channel.Consumers[i].Queue.KeepsConsumers)
            {
                channel.Consumers[i].Queue.Deliver();
            }
        }
    }
}
