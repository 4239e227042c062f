using System.Buffers.Binary;
using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Channels: opening, closing, and which handler a method goes to (AMQP 0-9-1 §1.5).</content>
public sealed partial class BrokerConnection
{
    private const string UnimplementedMethod = "unimplemented method";
    private const string ExpectedMethodFrame = "expected method frame, got non method frame instead";

    private void OnChannelFrame(byte type, ushort number, ReadOnlySpan<byte> payload)
    {
        if (!_channels.TryGetValue(number, out ChannelModel? channel))
        {
            OnUnopenedChannelFrame(type, number, payload);
        }
        else if (channel.IsClosing)
        {
            OnClosingChannelFrame(channel, type, payload);
        }
        else if (channel.Content.Stage != ContentStage.None)
        {
            OnContentFrame(channel, type, payload);
        }
        else if (type != MethodFrame)
        {
            FailConnection(ReplyCode.UnexpectedFrame, ExpectedMethodFrame);
        }
        else
        {
            OnChannelMethod(channel, payload);
        }
    }

    private void OnUnopenedChannelFrame(byte type, ushort number, ReadOnlySpan<byte> payload)
    {
        // channel-max bounds how many channels are open, not their numbers.
        if (_channels.Count >= _channelMax)
        {
            FailConnection(ReplyCode.NotAllowed, string.Create(
                CultureInfo.InvariantCulture,
                $"number of channels opened ({_channels.Count}) has reached "
                + $"the negotiated channel_max ({_channelMax})"));
        }
        else if (type != MethodFrame)
        {
            FailConnection(ReplyCode.UnexpectedFrame, ExpectedMethodFrame);
        }
        else if (TryDecode(payload, out AmqpMethod method))
        {
            if (method is not ChannelOpen)
            {
                FailConnection(ReplyCode.ChannelError, "expected 'channel.open'");
                return;
            }

            if (_user!.MaxChannels is { } most && ChannelsOfUser() >= most)
            {
                _method = 0;
                string limit = _core.Profile.BracketsUserChannelLimit ? $"({most})" : $"{most}";
                FailConnection(
                    ReplyCode.NotAllowed,
                    $"number of channels opened for user '{UserName}' has reached the maximum allowed user limit of "
                    + limit);
                return;
            }

            _channels.Add(number, new ChannelModel(this, number));
            Note(Journal.JournalKind.ChannelOpened, number, "");
            Write(number, new ChannelOpenOk());
        }
    }

    private int ChannelsOfUser() =>
        _core.Connections.Where(each => each.UserName == UserName).Sum(static each => each._channels.Count);

    private void OnClosingChannelFrame(ChannelModel channel, byte type, ReadOnlySpan<byte> payload)
    {
        if (type != MethodFrame)
        {
            return;
        }

        _method = (MethodId)BinaryPrimitives.ReadUInt32BigEndian(payload);
        switch (_method)
        {
            case MethodId.ChannelCloseOk:
                _channels.Remove(channel.Number);
                break;
            case MethodId.ChannelClose:
                Write(channel.Number, new ChannelCloseOk());
                break;
            case MethodId.ChannelOpen:
                FailConnection(ReplyCode.ChannelError, "second 'channel.open' seen");
                break;
            default:
                break;
        }
    }

    private void OnChannelMethod(ChannelModel channel, ReadOnlySpan<byte> payload)
    {
        _method = (MethodId)BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (_method == MethodId.BasicPublish)
        {
            OnPublish(channel, payload);
        }
        else if (_method == MethodId.BasicAck && BasicAckView.TryRead(payload, out BasicAckView ack, out _))
        {
            Settle(channel, ack.DeliveryTag, ack.Multiple, Outcome.Acknowledge);
        }
        else if (TryDecode(payload, out AmqpMethod method))
        {
            // Acknowledgements gather only as long as nothing else happens on the channel.
            FlushConfirms(channel);
            OnMethod(channel, method);
        }
    }

    private void OnMethod(ChannelModel channel, AmqpMethod method)
    {
        switch (method)
        {
            case ChannelOpen:
                FailConnection(ReplyCode.ChannelError, "second 'channel.open' seen");
                break;
            case ChannelClose:
                _channels.Remove(channel.Number);
                DetachConsumers(channel);
                ReleaseChannel(channel);
                Write(channel.Number, new ChannelCloseOk());
                break;
            case ChannelFlow { Active: true }:
                Write(channel.Number, new ChannelFlowOk { Active = true });
                break;
            case ChannelFlow:
                FailConnection(ReplyCode.NotImplemented, "active=false");
                break;
            case AccessRequest:
                Write(channel.Number, new AccessRequestOk { Ticket = 1 });
                break;
            case ConfirmSelect select:
                OnConfirmSelect(channel, select);
                break;
            case TxSelect or TxCommit or TxRollback:
                OnTransactionMethod(channel, method);
                break;
            case BasicDeliver or BasicReturn or BasicGetOk:
                // RabbitMQ waits for the content before it finds that the method is the server's.
                channel.Content.Begin(method.Id);
                break;
            default:
                if (!OnExchangeMethod(channel, method) && !OnQueueMethod(channel, method)
                    && !OnBasicMethod(channel, method))
                {
                    FailConnection(ReplyCode.CommandInvalid, UnimplementedMethod);
                }

                break;
        }
    }

    /// <summary>
    /// Takes the channel's consumers from their queues. Auto-delete queues that lost their last one go later.
    /// </summary>
    private static void DetachConsumers(ChannelModel channel)
    {
        foreach (ConsumerModel consumer in channel.Consumers)
        {
            consumer.Queue.RemoveConsumer(consumer);
        }
    }

    /// <summary>
    /// Undoes what a channel held: auto-delete queues that lost their last consumer go with what they had handed out,
    /// then other unsettled messages go back to their places.
    /// </summary>
    private void ReleaseChannel(ChannelModel channel)
    {
        List<UnackedEntry> entries = [];
        if (channel.Transaction is { } transaction)
        {
            foreach ((List<UnackedEntry> settled, _) in transaction.Settlements)
            {
                entries.AddRange(settled);
            }

            entries.Sort(static (a, b) => a.Tag.CompareTo(b.Tag));
        }

        channel.Transaction = null;
        channel.Unacked.TakeAll(entries);
        channel.Content.Stage = ContentStage.None;
        EndReplies(channel);
        ConsumerModel[] consumers = [.. channel.Consumers];
        channel.Consumers.Clear();
        foreach (ConsumerModel consumer in consumers)
        {
            DeleteUnlessConsumed(consumer.Queue);
        }

        RequeueAll(entries, isReturned: false);
        foreach (ConsumerModel consumer in consumers)
        {
            AfterConsumerLeft(consumer.Queue);
        }
    }

    private void DeleteUnlessConsumed(QueueModel queue)
    {
        // The channels of a connection that ends go one after the other: each still has its consumers until then.
        if (queue.IsAutoDelete && !queue.IsDeleted && queue.Consumers.Count == 0
            && !_channels.Values.Any(each => each.Consumers.Exists(consumer => consumer.Queue == queue)))
        {
            queue.VirtualHost.DeleteQueue(queue);
        }
    }
}
