using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Fetches one message and acknowledges it.</summary>
internal static class BlockingGet
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel();
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        channel.Publish("", queue, Encoding.UTF8.GetBytes("a message"));
        if (channel.Get(queue) is { } got)
        {
            Console.WriteLine($"got: {Encoding.UTF8.GetString(got.Message.Body.Span)}");
            channel.Ack(got.Message);
        }

        Console.WriteLine(channel.Get(queue) is null ? "then nothing" : "then another");
    }
}
