using System.Net.Security;
using System.Net.Sockets;

namespace Amqp.Transport;

/// <summary>Connects by TCP and TLS.</summary>
/// <param name="options">The TLS settings; strict by default.</param>
public sealed class TlsConnector(AmqpTlsOptions options) : IConnector
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        SocketConnector.Default.ResolveAsync(endpoint, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        NetworkStream bare = await SocketConnector.OpenAsync(endpoint, cancellationToken).ConfigureAwait(false);
        var secure = new SslStream(bare, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(options.ToSslOptions(endpoint.Host), cancellationToken)
                .ConfigureAwait(false);
            return TransportStream.FromStream(secure);
        }
        catch (Exception error)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw error is OperationCanceledException && cancellationToken.IsCancellationRequested
                ? new ConnectPhaseException(
                    ConnectPhase.Tls,
                    "the server did not answer the TLS handshake in time; the port may not speak TLS",
                    error)
                : new ConnectPhaseException(ConnectPhase.Tls, $"the TLS handshake failed: {error.Message}", error);
        }
    }
}
