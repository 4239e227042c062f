using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>Puts a pair of sockets of this machine between a client and a pipe.</summary>
internal sealed class SocketPair(IDuplexPipe peer, IoMode mode) : IConnector
{
    // The system's least.
    private const int Small = 4096;

    /// <inheritdoc/>
    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        var address = new UnixDomainSocketEndPoint(
            Path.Combine(Path.GetTempPath(), $"amqp-{Path.GetRandomFileName()}"));
        using var listener = NewSocket();
        listener.Bind(address);
        listener.Listen();
        var client = NewSocket();
        client.SendBufferSize = Small;

        // Not awaited: a socket that waited asynchronously once is watched for good.
        client.Connect(address);
        var server = await listener.AcceptAsync(cancellationToken);
        _ = CarryAsync(server);
        return mode == IoMode.Async
            ? TransportStream.FromStream(new NetworkStream(client, ownsSocket: true))
            : TransportStream.FromSocket(client);
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private async Task CarryAsync(Socket server)
    {
        using (server)
        {
            await Task.WhenAll(ToClientAsync(server), FromClientAsync(server));
        }
    }

    private async Task ToClientAsync(Socket server)
    {
        try
        {
            while (true)
            {
                var result = await peer.Input.ReadAsync();
                foreach (var part in result.Buffer)
                {
                    await server.SendAsync(part);
                }

                peer.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }

            server.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client has left.
        }

        await peer.Input.CompleteAsync();
    }

    private async Task FromClientAsync(Socket server)
    {
        try
        {
            while (true)
            {
                var count = await server.ReceiveAsync(peer.Output.GetMemory(Small)[..Small]);
                peer.Output.Advance(count);
                if ((await peer.Output.FlushAsync()).IsCompleted || count == 0)
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // The client has left.
        }

        await peer.Output.CompleteAsync();
    }
}
