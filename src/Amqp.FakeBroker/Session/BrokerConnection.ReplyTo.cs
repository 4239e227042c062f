using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>
/// Direct reply-to: a pseudo-queue per channel that replies reach without being queued (RabbitMQ's extension).
/// </content>
public sealed partial class BrokerConnection
{
    private const string ReplyQueueName = "amq.rabbitmq.reply-to";
    private const string ReplyPrefix = ReplyQueueName + ".";

    private void OnConsumeReplies(ChannelModel channel, BasicConsume consume)
    {
        if (!consume.NoAck)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "reply consumer cannot acknowledge");
        }
        else if (channel.ReplyConsumerTag is not null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "reply consumer already set");
        }
        else
        {
            channel.ReplyConsumerTag = consume.ConsumerTag.Length > 0
                ? consume.ConsumerTag
                : _core.Names.Next("amq.ctag-");
            if (!consume.NoWait)
            {
                Write(channel.Number, new BasicConsumeOk { ConsumerTag = channel.ReplyConsumerTag });
            }
        }
    }

    /// <summary>A request's reply-to becomes the channel's own address; false when the channel was closed.</summary>
    private bool TryAddressReply(ChannelModel channel, ref BasicProperties properties)
    {
        if (properties.ReplyTo != ReplyQueueName)
        {
            return true;
        }

        if (channel.ReplyConsumerTag is null)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "fast reply consumer does not exist");
            return false;
        }

        properties = properties with { ReplyTo = ReplyAddress(channel) };
        return true;
    }

    private string ReplyAddress(ChannelModel channel) =>
        string.Create(CultureInfo.InvariantCulture, $"{ReplyPrefix}g1h2AA{Number:x8}.{channel.Number:x4}");

    private bool IsReplyQueue(string name) => name == ReplyQueueName || FindReplyChannel(name) is not null;

    private bool DeliverReply(StoredMessage message)
    {
        if (FindReplyChannel(message.RoutingKey) is not { ReplyConsumerTag: { } tag } channel)
        {
            return false;
        }

        channel.Session.WriteDeliver(channel.Number, tag, channel.NextDeliveryTag++, false, message);
        return true;
    }

    private ChannelModel? FindReplyChannel(string address)
    {
        if (!address.StartsWith(ReplyPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        foreach (BrokerConnection connection in _core.Connections)
        {
            foreach (ChannelModel channel in connection._channels.Values)
            {
                if (channel.ReplyConsumerTag is not null && connection.ReplyAddress(channel) == address)
                {
                    return channel;
                }
            }
        }

        return null;
    }
}
