using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Publishes with confirms in a loop of callbacks.</summary>
internal static class SelectConfirms
{
    public static void Run(string uri)
    {
        using var loop = new IoLoop();
        var confirmed = 0;
        SelectConnection.Connect(
            loop,
            AmqpConnectionOptions.Parse(uri),
            connection => connection.OpenChannel(channel =>
            {
                channel.ConfirmSelect();
                channel.DeclareQueue("", exclusive: true, onOk: declared =>
                {
                    for (var i = 0; i < 10; i++)
                    {
                        channel.Publish("", declared.Queue, new byte[] { 1 }, onSettled: error =>
                        {
                            if (error is null && ++confirmed == 10)
                            {
                                connection.Close();
                            }
                        });
                    }
                });
            }),
            (_, error) => throw error,
            (_, _) => loop.Stop());
        loop.Start();
        Console.WriteLine($"confirmed: {confirmed}");
    }
}
