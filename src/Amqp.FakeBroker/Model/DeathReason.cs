namespace Amqp.FakeBroker.Model;

/// <summary>Why a message left a queue without being acknowledged, in RabbitMQ's words.</summary>
internal static class DeathReason
{
    public const string Rejected = "rejected";

    public const string Expired = "expired";

    public const string MaxLength = "maxlen";

    public const string DeliveryLimit = "delivery_limit";

    /// <summary>Not dead-lettered, ever: queue.purge.</summary>
    public const string Purged = "purged";

    /// <summary>Not dead-lettered, ever: the queue went.</summary>
    public const string Deleted = "deleted";

    /// <summary>Not dead-lettered, ever: a restart keeps persistent messages only.</summary>
    public const string Transient = "transient";
}
