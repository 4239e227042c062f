namespace Amqp.FakeBroker;

/// <summary>An operator asked for something that cannot be done; the message says why.</summary>
public sealed class BrokerControlException : Exception
{
    /// <summary>Makes it without a reason.</summary>
    public BrokerControlException()
    {
    }

    /// <summary>Makes it.</summary>
    /// <param name="message">Why it cannot be done.</param>
    public BrokerControlException(string message)
        : base(message)
    {
    }

    /// <summary>Makes it.</summary>
    /// <param name="message">Why it cannot be done.</param>
    /// <param name="innerException">What went wrong underneath.</param>
    public BrokerControlException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True when what was asked for does not exist.</summary>
    public bool IsNotFound { get; init; }
}
