using System.Net;
using System.Net.Sockets;
using Amqp.Transport.Connect;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>Connects by TCP. Nagle's algorithm is off, since messages are gathered here already.</summary>
/// <param name="mode">Who reads the sockets.</param>
public sealed class SocketConnector(IoMode mode = IoMode.Auto) : IConnector, IInlineConnector
{
    /// <summary>So many connections of a process have a thread of their own under <see cref="IoMode.Auto"/>.</summary>
    public const int MaxThreadedConnections = 32;

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
    public ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return ConnectAsync(endpoint, isInline: false, cancellationToken);
    }

    ValueTask<TransportStream> IInlineConnector.ConnectInlineAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        ConnectAsync(endpoint, isInline: true, cancellationToken);

    /// <summary>Whether the next connection gets a thread of its own.</summary>
    internal static bool IsThreaded(IoMode mode) =>
        mode == IoMode.Threaded
        || (mode == IoMode.Auto && ThreadedDriver.ConnectionCount < MaxThreadedConnections);

    internal static async ValueTask<NetworkStream> OpenAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Socket socket = NewSocket(endpoint);
        try
        {
            await socket.ConnectAsync(Target(endpoint), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects on a thread that may block, and makes the stream there.</summary>
    /// <remarks>A socket that has waited asynchronously only once is watched by the runtime's event loop for good, and
    /// each arrival would then wake that loop as well.</remarks>
    internal static async ValueTask<TransportStream> OpenOnThreadAsync(
        AmqpEndpoint endpoint,
        Func<Socket, TransportStream> makeStream,
        bool isInline,
        CancellationToken cancellationToken)
    {
        Socket socket = NewSocket(endpoint);
        var made = new TaskCompletionSource<TransportStream>(
            isInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(
            static state => ((Socket)state!).Dispose(), socket);
        OwnThread.Run(() => Connect(socket, endpoint, makeStream, made));
        try
        {
            return await made.Task.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (error is not ConnectPhaseException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw;
        }
    }

    private async ValueTask<TransportStream> ConnectAsync(
        AmqpEndpoint endpoint, bool isInline, CancellationToken cancellationToken) => IsThreaded(mode)
        ? await OpenOnThreadAsync(endpoint, TransportStream.FromSocket, isInline, cancellationToken)
            .ConfigureAwait(false)
        : TransportStream.FromStream(await OpenAsync(endpoint, cancellationToken).ConfigureAwait(false));

    // Inline, a success goes on here, where the connection will be read. The application hears of a failure on the
    // pool.
    private static void Connect(
        Socket socket,
        AmqpEndpoint endpoint,
        Func<Socket, TransportStream> makeStream,
        TaskCompletionSource<TransportStream> made)
    {
        TransportStream stream;
        try
        {
            socket.Connect(Target(endpoint));
            stream = makeStream(socket);
        }
        catch (Exception error)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.made.SetException(state.error), (made, error), preferLocal: false);
            return;
        }

        OwnThread.Finish(() => made.SetResult(stream));
    }

    private static Socket NewSocket(AmqpEndpoint endpoint)
    {
        Socket socket = endpoint.Address is { } known
            ? new Socket(known.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        return socket;
    }

    private static EndPoint Target(AmqpEndpoint endpoint) => endpoint.Address is { } address
        ? new IPEndPoint(address, endpoint.Port)
        : new DnsEndPoint(endpoint.Host, endpoint.Port);

    private static async ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveNameAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken).ConfigureAwait(false);
        return [.. addresses.Select(address => endpoint with { Address = address })];
    }
}
