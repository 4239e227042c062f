namespace Amqp.Transport;

/// <summary>Where credentials come from that change, such as OAuth 2 tokens. Thread-safe.</summary>
public interface ICredentialsProvider
{
    /// <summary>Gives the credentials of the moment. Asked at each attempt to connect, and again before they run
    /// out.</summary>
    /// <param name="cancellationToken">Ends the wait, within the connection's deadline.</param>
    /// <returns>The credentials.</returns>
    ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken);
}
