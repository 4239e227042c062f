using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Consumes in a loop of callbacks.</summary>
internal static class SelectConsumer
{
    public static void Run(string uri)
    {
        using var loop = new IoLoop();
        SelectConnection.Connect(
            loop,
            AmqpConnectionOptions.Parse(uri),
            connection => connection.OpenChannel(channel => channel.DeclareQueue("", exclusive: true, onOk: declared =>
            {
                channel.Consume(declared.Queue, delivery =>
                {
                    Console.WriteLine($"consumed: {Encoding.UTF8.GetString(delivery.Body.Span)}");
                    channel.Ack(delivery.DeliveryTag);
                    connection.Close();
                });
                loop.CallLater(
                    TimeSpan.FromMilliseconds(10),
                    () => channel.Publish("", declared.Queue, Encoding.UTF8.GetBytes("from a timer")));
            })),
            (_, error) => throw error,
            (_, _) => loop.Stop());
        loop.Start();
        Console.WriteLine("closed");
    }
}
