using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Handles messages on other threads, which acknowledge by themselves, while the connection's thread
/// pumps.</summary>
internal static class BlockingWorkers
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PrefetchCount = 3 });
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        for (var i = 0; i < 6; i++)
        {
            channel.Publish("", queue, new byte[] { 1 });
        }

        var left = 6;
        channel.Subscribe(queue, delivery => Task.Factory.StartNew(() =>
        {
            channel.Ack(delivery); // from any thread, on the channel that it came on
            if (Interlocked.Decrement(ref left) == 0)
            {
                connection.AddCallbackThreadSafe(() => channel.StopConsuming());
            }
        }));
        channel.StartConsuming();
        Console.WriteLine("all six were handled by other threads");
    }
}
