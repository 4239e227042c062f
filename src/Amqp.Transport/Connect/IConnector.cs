namespace Amqp.Transport;

/// <summary>Makes byte streams to brokers. Thread-safe.</summary>
public interface IConnector
{
    /// <summary>Resolves an endpoint's host.</summary>
    /// <param name="endpoint">The endpoint as it was configured.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The endpoint once for each address, to be tried in this order. The default returns it as it
    /// is.</returns>
    ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<AmqpEndpoint>>([endpoint]);

    /// <summary>Makes a byte stream over which nothing was exchanged yet.</summary>
    /// <param name="endpoint">One of the resolved endpoints.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The stream, owned by the caller.</returns>
    ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken);
}
