using System.Net;
using System.Net.Sockets;

namespace Amqp.Transport;

/// <summary>Connects by TCP. Nagle's algorithm is off, since messages are gathered here already.</summary>
public sealed class SocketConnector : IConnector
{
    /// <summary>The connector with the default settings.</summary>
    public static SocketConnector Default { get; } = new();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (endpoint.Address is not null)
        {
            return ValueTask.FromResult<IReadOnlyList<AmqpEndpoint>>([endpoint]);
        }

        return IPAddress.TryParse(endpoint.Host, out IPAddress? address)
            ? ValueTask.FromResult<IReadOnlyList<AmqpEndpoint>>([endpoint with { Address = address }])
            : ResolveNameAsync(endpoint, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        TransportStream.FromStream(await OpenAsync(endpoint, cancellationToken).ConfigureAwait(false));

    internal static async ValueTask<NetworkStream> OpenAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Socket socket = endpoint.Address is { } known
            ? new Socket(known.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            EndPoint target = endpoint.Address is { } address
                ? new IPEndPoint(address, endpoint.Port)
                : new DnsEndPoint(endpoint.Host, endpoint.Port);
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveNameAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken).ConfigureAwait(false);
        return [.. addresses.Select(address => endpoint with { Address = address })];
    }
}
