using System.Text;
using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>A producer and a consumer, one after the other.</summary>
internal static class BlockingPublish
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel();
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        channel.Publish(
            "",
            queue,
            Encoding.UTF8.GetBytes("hello"),
            new BasicProperties { ContentType = "text/plain", DeliveryMode = 2 });
        var delivery = channel.Consume(queue, new ConsumeOptions { NoAck = true }).First();
        Console.WriteLine($"{delivery.Properties.ContentType}: {Encoding.UTF8.GetString(delivery.Body.Span)}");
    }
}
