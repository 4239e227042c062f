namespace Amqp.Integration.Brokers;

/// <summary>A broker which the behavioural suite runs against.</summary>
public interface IBrokerUnderTest
{
    /// <summary>Why there is none, so that its tests are skipped; null when there is one.</summary>
    string? SkipReason { get; }

    /// <summary>Where it is and how to log in, as an AMQP URI.</summary>
    string Uri { get; }

    /// <summary>What it is, for failure messages.</summary>
    string Description { get; }
}
