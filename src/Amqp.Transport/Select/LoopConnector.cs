using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Amqp.Transport.Connect;

namespace Amqp.Transport.Select;

/// <summary>Connects in a loop, by TCP and, if it has settings for it, TLS. Only names are resolved elsewhere, since
/// the system offers that in no other way.</summary>
internal sealed class LoopConnector(IoLoop loop, AmqpTlsOptions? tls) : IConnector
{
    public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        SocketConnector.Default.ResolveAsync(endpoint, cancellationToken);

    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        Socket socket = await ConnectSocketAsync(endpoint, cancellationToken).ConfigureAwait(false);
        var bare = new LoopSocketStream(loop, socket);
        if (tls is null)
        {
            return TransportStream.FromLoop(bare, loop);
        }

        var secure = new SslStream(bare, leaveInnerStreamOpen: false);
        using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(
            static stream => ((Stream)stream!).Dispose(), bare);
        try
        {
            await secure.AuthenticateAsClientAsync(tls.ToSslOptions(endpoint.Host), CancellationToken.None)
                .ConfigureAwait(false);
            return TransportStream.FromLoop(secure, loop);
        }
        catch (Exception error)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            string message = cancellationToken.IsCancellationRequested
                ? "the server did not answer the TLS handshake in time; the port may not speak TLS"
                : $"the TLS handshake failed: {error.Message}";
            throw new ConnectPhaseException(ConnectPhase.Tls, message, error);
        }
    }

    private async Task<Socket> ConnectSocketAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        IPAddress address = endpoint.Address
            ?? throw new ArgumentException("The endpoint was not resolved.", nameof(endpoint));
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            Blocking = false,
        };
        var connected = new TaskCompletionSource();
        using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(
            _ => loop.Run(() => connected.TrySetCanceled(cancellationToken)), null);
        loop.Run(() => Begin(socket, new IPEndPoint(address, endpoint.Port), connected));
        try
        {
            await connected.Task.ConfigureAwait(false);
            return socket;
        }
        catch
        {
            loop.Run(() =>
            {
                loop.RemoveHandler(socket);
                socket.Dispose();
            });
            throw;
        }
    }

    private void Begin(Socket socket, IPEndPoint target, TaskCompletionSource connected)
    {
        try
        {
            socket.Connect(target);
            connected.TrySetResult(); // at once, which happens on the loopback address
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            loop.AddHandler(socket, IoEvents.Write | IoEvents.Error, _ => End(socket, connected));
        }
        catch (Exception error)
        {
            connected.TrySetException(error);
        }
    }

    private void End(Socket socket, TaskCompletionSource connected)
    {
        loop.RemoveHandler(socket);
        var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error == SocketError.Success && socket.Connected)
        {
            connected.TrySetResult();
        }
        else
        {
            connected.TrySetException(new SocketException((int)(
                error == SocketError.Success ? SocketError.ConnectionRefused : error)));
        }
    }
}
