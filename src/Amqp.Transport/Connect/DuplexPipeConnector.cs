using System.IO.Pipelines;

namespace Amqp.Transport;

/// <summary>Connects over pipes that someone else makes: a host's connection, an in-memory broker, a
/// simulation.</summary>
/// <param name="connect">Makes a pipe; it is completed when the connection ends, and disposed when it can be.</param>
public sealed class DuplexPipeConnector(Func<CancellationToken, ValueTask<IDuplexPipe>> connect) : IConnector
{
    /// <inheritdoc/>
    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        TransportStream.FromPipe(await connect(cancellationToken).ConfigureAwait(false));
}
