using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Publishes now and then. The connection keeps itself alive in between, whatever this thread does.</summary>
internal static class LongRunningPublisher
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(
            AmqpConnectionOptions.Parse(uri), new BlockingOptions { Dispatch = BlockingDispatch.OwnThread });
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        for (var i = 1; i <= 3; i++)
        {
            connection.Sleep(TimeSpan.FromMilliseconds(20)); // work that takes long
            channel.Publish("", queue, new byte[] { 1 });
        }

        Console.WriteLine($"in the queue: {channel.PurgeQueue(queue)}");
    }
}
