using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>
/// Direct reply-to: a pseudo-queue per consumer that replies reach without being queued (RabbitMQ's extension). Its
/// address dies with the consumer, so that a late reply reaches nobody else.
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
            channel.ReplyAddress = _core.Names.Next(ReplyPrefix + "g1h2AA");
            _core.ReplyConsumers.Add(channel.ReplyAddress, channel);
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

        properties = properties with { ReplyTo = channel.ReplyAddress };
        return true;
    }

    private void EndReplies(ChannelModel channel)
    {
        if (channel.ReplyAddress is { } address)
        {
            _core.ReplyConsumers.Remove(address);
        }

        channel.ReplyAddress = null;
        channel.ReplyConsumerTag = null;
    }

    private bool IsReplyQueue(string name) =>
        name == ReplyQueueName || _core.ReplyConsumers.ContainsKey(name);

    /// <summary>
    /// Hands a message to the reply consumers among its keys, each once, at once even in a transaction; true when
    /// there was one.
    /// </summary>
    private bool DeliverReplies(StoredMessage message)
    {
        bool isDelivered = DeliverReply(message.RoutingKey, message);
        for (int i = 0; i < message.ExtraKeys.Count; i++)
        {
            string key = message.ExtraKeys[i];
            if (key != message.RoutingKey && !message.ExtraKeys.Take(i).Contains(key))
            {
                isDelivered |= DeliverReply(key, message);
            }
        }

        return isDelivered;
    }

    private bool DeliverReply(string address, StoredMessage message)
    {
        if (!address.StartsWith(ReplyPrefix, StringComparison.Ordinal)
            || !_core.ReplyConsumers.TryGetValue(address, out ChannelModel? channel))
        {
            return false;
        }

        // The tag is the channel's next one and is not used up: there is nothing to acknowledge.
        channel.Session.WriteDeliver(
            channel.Number, channel.ReplyConsumerTag!, channel.NextDeliveryTag, redelivered: false, message);
        return true;
    }
}
