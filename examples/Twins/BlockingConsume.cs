using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Consumes with a handler until it stops itself: from an exchange, fed by timers.</summary>
internal static class BlockingConsume
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel();
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        channel.BindQueue(queue, "amq.direct", "twins");
        channel.Qos(prefetchCount: 1);
        channel.Subscribe(queue, delivery =>
        {
            Console.WriteLine($"{delivery.DeliveryTag}: {Encoding.UTF8.GetString(delivery.Body.Span)}");
            channel.Ack(delivery);
            if (delivery.DeliveryTag == 3)
            {
                channel.StopConsuming();
            }
        });

        for (var i = 1; i <= 3; i++)
        {
            var text = $"message {i}";
            connection.CallLater(
                TimeSpan.FromMilliseconds(10 * i),
                () => channel.Publish("amq.direct", "twins", Encoding.UTF8.GetBytes(text)));
        }

        channel.StartConsuming();
        Console.WriteLine("stopped");
    }
}
