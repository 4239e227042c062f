using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>An explicit heartbeat and an end to waiting for a blocked connection.</summary>
internal static class BlockingHeartbeat
{
    public static void Run(string uri)
    {
        var options = AmqpConnectionOptions.Parse(uri) with
        {
            Heartbeat = TimeSpan.FromSeconds(5),
            BlockedTimeout = TimeSpan.FromSeconds(30),
        };
        using var connection = BlockingConnection.Connect(options);
        connection.Blocked += reason => Console.WriteLine($"blocked: {reason}");
        Console.WriteLine($"heartbeat {connection.Tuning.Heartbeat.TotalSeconds} s");
        connection.Sleep(TimeSpan.FromMilliseconds(20));
    }
}
