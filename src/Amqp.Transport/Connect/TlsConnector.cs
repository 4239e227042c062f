using System.Net.Security;
using System.Net.Sockets;
using Amqp.Transport.Connect;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>Connects by TCP and TLS.</summary>
/// <param name="options">The TLS settings; strict by default.</param>
/// <param name="mode">Who reads the sockets.</param>
public sealed class TlsConnector(AmqpTlsOptions options, IoMode mode = IoMode.Auto) : IConnector, IInlineConnector
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        SocketConnector.Default.ResolveAsync(endpoint, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return ConnectAsync(endpoint, isInline: false, cancellationToken);
    }

    ValueTask<TransportStream> IInlineConnector.ConnectInlineAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        ConnectAsync(endpoint, isInline: true, cancellationToken);

    private ValueTask<TransportStream> ConnectAsync(
        AmqpEndpoint endpoint, bool isInline, CancellationToken cancellationToken) => SocketConnector.IsThreaded(mode)
        ? SocketConnector.OpenOnThreadAsync(
            endpoint, socket => Secure(socket, endpoint, cancellationToken), isInline, cancellationToken)
        : OpenAsync(endpoint, cancellationToken);

    private TransportStream Secure(Socket socket, AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        var secure = new SecureSocket(socket);
        try
        {
            secure.Authenticate(options.ToSslOptions(endpoint.Host));
            return TransportStream.FromSecureSocket(secure);
        }
        catch (Exception error)
        {
            secure.Dispose();
            throw Explain(error, cancellationToken);
        }
    }

    private async ValueTask<TransportStream> OpenAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
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
            throw Explain(error, cancellationToken);
        }
    }

    // A handshake on a thread is ended by closing its socket, so it fails in many ways then.
    private static ConnectPhaseException Explain(Exception error, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? new ConnectPhaseException(
                ConnectPhase.Tls,
                "the server did not answer the TLS handshake in time; the port may not speak TLS",
                error)
            : new ConnectPhaseException(ConnectPhase.Tls, $"the TLS handshake failed: {error.Message}", error);
}
