using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>The firehose: publishes and deliveries copied to amq.rabbitmq.trace while tracing is on.</content>
public sealed partial class BrokerConnection
{
    private void TracePublish(ChannelModel channel, StoredMessage message, List<QueueModel> queues) => Trace(
        channel,
        "publish." + message.Exchange,
        message,
        ("routed_queues", FieldValue.Array(queues.Select(static queue => FieldValue.LongString(queue.Name)))));

    private void TraceDelivery(ChannelModel channel, QueueModel queue, StoredMessage message, bool redelivered) =>
        Trace(
            channel,
            "deliver." + queue.Name,
            message,
            ("redelivered", FieldValue.Int32(redelivered ? 1 : 0)));

    private void Trace(ChannelModel channel, string key, StoredMessage message, (string Key, FieldValue Value) last)
    {
        if (message.Exchange == Model.VirtualHost.TraceExchange
            || !_virtualHost!.TryGetExchange(Model.VirtualHost.TraceExchange, out ExchangeModel exchange))
        {
            return;
        }

        IEnumerable<string> keys = [message.RoutingKey, .. message.ExtraKeys];
        BasicProperties properties = BasicProperties.Empty with
        {
            Headers = FieldTable.Create(
                ("exchange_name", message.Exchange),
                ("routing_keys", FieldValue.Array(keys.Select(static each => FieldValue.LongString(each)))),
                ("properties", PropertyTable(message.Properties)),
                ("node", Options.ClusterName),
                ("vhost", _virtualHost.Name),
                ("connection", Name),
                ("channel", channel.Number),
                ("user", UserName),
                last),
        };
        _virtualHost.Publish(exchange, new StoredMessage
        {
            Number = _core.NextMessageNumber(),
            Exchange = exchange.Name,
            RoutingKey = key,
            ExtraKeys = [],
            HeaderOctets = StoredMessage.Encode(properties),
            Properties = properties,
            Body = message.Body,
        });
    }

    private static FieldTable PropertyTable(BasicProperties properties)
    {
        List<KeyValuePair<string, FieldValue>> entries = [];
        void Add(string key, FieldValue? value)
        {
            if (value is { } present)
            {
                entries.Add(KeyValuePair.Create(key, present));
            }
        }

        void AddText(string key, string? text)
        {
            if (text is not null)
            {
                Add(key, FieldValue.LongString(text));
            }
        }

        AddText("content_type", properties.ContentType);
        AddText("content_encoding", properties.ContentEncoding);
        Add("headers", properties.Headers is { } headers ? FieldValue.Table(headers) : default(FieldValue?));
        Add("delivery_mode", properties.DeliveryMode is { } mode ? FieldValue.Int32(mode) : default(FieldValue?));
        Add("priority", properties.Priority is { } priority ? FieldValue.Int32(priority) : default(FieldValue?));
        AddText("correlation_id", properties.CorrelationId);
        AddText("reply_to", properties.ReplyTo);
        AddText("expiration", properties.Expiration);
        AddText("message_id", properties.MessageId);
        Add("timestamp", properties.Timestamp is { } time ? FieldValue.Timestamp(time) : default(FieldValue?));
        AddText("type", properties.Type);
        AddText("user_id", properties.UserId);
        AddText("app_id", properties.AppId);
        return new FieldTable(entries);
    }
}
