namespace Amqp.Transport;

/// <summary>The server's handler failed; its reply says so.</summary>
public sealed class RpcFailedException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What the server said.</param>
    public RpcFailedException(string message)
        : base(message)
    {
    }
}
