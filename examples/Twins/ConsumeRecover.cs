using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Connects again, by hand, after the connection was lost, but not when the broker has closed it or a
/// channel.</summary>
internal static class ConsumeRecover
{
    public static void Run(string uri)
    {
        var options = AmqpConnectionOptions.Parse(uri);

        // Several hosts are tried in turn; here the first one does not answer.
        options = options with { Endpoints = [new AmqpEndpoint("127.0.0.1", 1), .. options.Endpoints] };
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var connection = BlockingConnection.Connect(options);
                using var channel = connection.OpenChannel();
                var queue = channel.DeclareQueue(exclusive: true).Queue;
                if (tries == 1)
                {
                    connection.CallLater(TimeSpan.FromMilliseconds(20), connection.Abort); // as if the line broke
                }
                else
                {
                    channel.Publish("", queue, new byte[] { 1 });
                }

                channel.Subscribe(queue, delivery =>
                {
                    Console.WriteLine("consumed");
                    channel.Ack(delivery);
                    channel.StopConsuming();
                });
                channel.StartConsuming();
                if (connection.IsOpen)
                {
                    return;
                }

                Console.WriteLine("lost the connection");
            }
            catch (AmqpConnectionClosedException error) when (error.Initiator == CloseInitiator.Peer)
            {
                Console.WriteLine($"the broker closed the connection: {error.Text}");
                return;
            }
            catch (AmqpChannelClosedException error)
            {
                Console.WriteLine($"the broker closed the channel: {error.Text}");
                return;
            }
            catch (AmqpException)
            {
                Console.WriteLine("lost the connection");
            }
        }
    }
}
