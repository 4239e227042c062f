using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>A server that answers requests, and a client that asks.</summary>
internal static class DirectReplyTo
{
    public static async Task RunAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        await using var channel = await connection.OpenChannelAsync();
        var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;
        await using var server = await RpcServer.StartAsync(connection, queue, (request, _) =>
            ValueTask.FromResult(new RpcReply(Encoding.UTF8.GetBytes($"{request.Body.Length} bytes"))));
        await using var client = await RpcClient.StartAsync(connection);
        var reply = await client.CallAsync(queue, Encoding.UTF8.GetBytes("hello"));
        Console.WriteLine($"the server says: {Encoding.UTF8.GetString(reply.Body.Span)}");
    }
}
