using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Connects and says to what.</summary>
internal static class AsyncConnect
{
    public static async Task RunAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        Console.WriteLine($"connected: {connection.IsOpen}");
    }
}
