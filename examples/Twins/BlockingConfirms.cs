using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Publishes with confirms: each call returns when the broker has the message, or throws when it has no queue
/// for it.</summary>
internal static class BlockingConfirms
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        foreach (var key in new[] { queue, "no.such.queue" })
        {
            try
            {
                channel.Publish("", key, Encoding.UTF8.GetBytes("hello"), mandatory: true);
                Console.WriteLine("confirmed");
            }
            catch (PublishReturnedException error)
            {
                Console.WriteLine($"returned: {error.Returned.ReplyText}");
            }
        }
    }
}
