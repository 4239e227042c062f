using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>
/// Publisher confirms. Acknowledgements of publishes that came in one input are sent as one, at its end or before
/// anything else on the channel, like RabbitMQ's bursts.
/// </content>
public sealed partial class BrokerConnection
{
    private readonly List<ChannelModel> _unconfirmed = [];

    private void OnConfirmSelect(ChannelModel channel, ConfirmSelect select)
    {
        if (channel.Transaction is not null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "cannot switch from tx to confirm mode");
            return;
        }

        channel.IsConfirming = true;
        if (!select.NoWait)
        {
            Write(channel.Number, new ConfirmSelectOk());
        }
    }

    private void Confirm(ChannelModel channel, StoredMessage message, bool isTaken)
    {
        if (HoldConfirm(channel, message, isTaken))
        {
            return;
        }

        channel.LastPublish++;
        if (!isTaken)
        {
            ulong tag = channel.LastPublish--;
            FlushConfirms(channel);
            channel.LastPublish = tag;

            // RabbitMQ says "multiple" when nothing older is open, which is always so here.
            Write(channel.Number, new BasicNack { DeliveryTag = tag, Multiple = true, Requeue = true });
        }
        else if (channel.FirstUnconfirmed == 0)
        {
            channel.FirstUnconfirmed = channel.LastPublish;
            _unconfirmed.Add(channel);
        }
    }

    private void FlushConfirms()
    {
        foreach (ChannelModel channel in _unconfirmed)
        {
            WriteConfirms(channel);
        }

        _unconfirmed.Clear();
    }

    private void FlushConfirms(ChannelModel channel)
    {
        if (channel.FirstUnconfirmed != 0)
        {
            WriteConfirms(channel);
            _unconfirmed.Remove(channel);
        }
    }

    private void WriteConfirms(ChannelModel channel)
    {
        if (channel.FirstUnconfirmed != 0)
        {
            WriteAck(channel.Number, channel.LastPublish, multiple: channel.LastPublish > channel.FirstUnconfirmed);
            channel.FirstUnconfirmed = 0;
        }
    }
}
