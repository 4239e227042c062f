using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>What quorum queues and streams refuse to do for clients.</content>
public sealed partial class BrokerConnection
{
    private bool MayGet(ChannelModel channel, QueueModel queue)
    {
        if (queue.Kind == QueueKind.Stream)
        {
            FailConnection(ReplyCode.NotImplemented, $"basic.get not supported by stream queues {Shown(queue)}");
            return false;
        }

        if (queue.Kind == QueueKind.Quorum && queue.Settings.HasSingleActiveConsumer)
        {
            FailChannel(
                channel,
                ReplyCode.ResourceLocked,
                $"cannot obtain access to locked {Shown(queue)}. basic.get operations are not supported by quorum "
                + "queues with single active consumer");
            return false;
        }

        return true;
    }

    private bool MayConsumeReplicated(ChannelModel channel, BasicConsume consume, QueueModel queue, out int? offset)
    {
        offset = 0;
        if (queue.Kind == QueueKind.Quorum)
        {
            if (channel.GlobalPrefetch > 0)
            {
                FailConnection(ReplyCode.NotImplemented, $"{Shown(queue)} does not support global qos");
            }

            return channel.GlobalPrefetch == 0;
        }

        if (consume.NoAck)
        {
            FailConnection(
                ReplyCode.NotImplemented,
                $"automatic acknowledgement not supported by {Streams(queue)}");
            return false;
        }

        if (channel.Prefetch == 0)
        {
            string shown = _core.Profile.HasMessageContainers ? Streams(queue) : $"'{Shown(queue)}'";
            FailChannel(channel, ReplyCode.PreconditionFailed, $"consumer prefetch count is not set for {shown}");
            return false;
        }

        offset = ((StreamQueue)queue).FindOffset(consume.Arguments);
        if (offset is null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "invalid arg 'x-stream-offset'");
        }

        return offset is not null;
    }

    private bool MayDeleteReplicated(QueueDelete delete, QueueModel queue)
    {
        string? flag = delete.IfUnused ? "if-unused" : delete.IfEmpty ? "if-empty" : null;
        if (queue.Kind == QueueKind.Classic || flag is null)
        {
            return true;
        }

        string kind = queue.Kind == QueueKind.Quorum ? "quorum" : "stream";
        FailConnection(
            ReplyCode.NotImplemented,
            $"cannot delete {Shown(queue)}. queue.delete operations with {flag} flag set are not supported by {kind} "
            + "queues");
        return false;
    }

    /// <summary>Releases before message containers say "stream queues queue 'q' in vhost '/'".</summary>
    private string Streams(QueueModel queue) => _core.Profile.HasMessageContainers
        ? $"stream {Shown(queue)}"
        : $"stream queues {Shown(queue)}";
}
