namespace Amqp.Transport.Connect;

/// <summary>A connector of this library, which may hand its stream over on the thread that will read it. What awaits
/// it must not block there, so that this is not for everybody.</summary>
internal interface IInlineConnector
{
    /// <inheritdoc cref="IConnector.ConnectAsync"/>
    ValueTask<TransportStream> ConnectInlineAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken);
}
