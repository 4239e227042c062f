namespace Amqp.FakeBroker;

/// <summary>
/// What one release of RabbitMQ does differently from another, as data: the broker has one code, and where releases
/// differ it reads a value from here. Immutable, safe to share.
/// </summary>
/// <remarks>
/// <see cref="RabbitMq310"/> and <see cref="RabbitMq40"/> follow recordings of RabbitMQ 3.10.8 and 4.0.5 (measured);
/// <see cref="RabbitMq43"/> follows release notes and tagged sources.
/// </remarks>
public sealed record BrokerProfile
{
    /// <summary>RabbitMQ 3.10.8.</summary>
    public static BrokerProfile RabbitMq310 { get; } = new();

    /// <summary>RabbitMQ 4.0.5.</summary>
    public static BrokerProfile RabbitMq40 { get; } = new()
    {
        Name = "rabbitmq-4.0",
        Version = "4.0.5",
        MaxMessageSize = 16777216,
        OffersAnonymous = true,
        NamesPermissionInRefusals = true,
        HasMessageContainers = true,
        ShowsInitialDeliveryCount = false,
        CarriesFailures = true,
        QuorumDeliveryLimit = 20,
        QuorumPrioritises = true,
        QuorumTakesTurns = true,
        LeastMaxPriority = 1,
        PrioritisesActiveConsumer = true,
        UnknownExchangeTypeClosesChannel = true,
        AllowsLeaderLocators = true,
        ChecksQueueMasterLocator = false,
        ChecksDeliveryMode = false,
        EquatesIntegersAndReals = false,
        SpeaksOldProtocols = false,
        PreferredProtocol = "AMQP\u0003\u0001\0\0",
        CommitsByName = false,
        NamesQueueTypes = true,
    };

    /// <summary>RabbitMQ 4.3, on the documented points.</summary>
    public static BrokerProfile RabbitMq43 { get; } = RabbitMq40 with
    {
        Name = "rabbitmq-4.3",
        Version = "4.3.5",
        SmallestFrameMax = 8192,
        CountsMandatoryReplies = true,
        PermitsTransientSharedQueues = false,
        PermitsGlobalPrefetch = false,
        QuorumTakesTurns = false,
        TimesOutDeliveries = false,
        PassiveDeclareNeedsConfigure = true,
        ReturnsCountTowardsLimit = false,
        BracketsUserChannelLimit = false,
    };

    /// <summary>Every profile there is, oldest first.</summary>
    public static IReadOnlyList<BrokerProfile> All { get; } = [RabbitMq310, RabbitMq40, RabbitMq43];

    /// <summary>The name users choose it by. Default "rabbitmq-3.10".</summary>
    public string Name { get; init; } = "rabbitmq-3.10";

    /// <summary>The version in the server properties. Default "3.10.8".</summary>
    public string Version { get; init; } = "3.10.8";

    /// <summary>Largest message body in octets, unless the options say otherwise. Default 128 MiB.</summary>
    public long MaxMessageSize { get; init; } = 134217728;

    /// <summary>
    /// The smallest frame-max a client may ask for, which is also the limit until tune-ok, in octets. Default 4096.
    /// </summary>
    public int SmallestFrameMax { get; init; } = 4096;

    /// <summary>True when the mechanism ANONYMOUS is offered, for the user guest. Default false.</summary>
    public bool OffersAnonymous { get; init; }

    /// <summary>True when a 403 says which permission was missing (since 3.12). Default false.</summary>
    public bool NamesPermissionInRefusals { get; init; }

    /// <summary>
    /// True when messages are kept in the form of message containers (since 3.13): x-last-death-* headers, an x-death
    /// of a publisher's own is not interpreted, and some header types change on the way. Default false.
    /// </summary>
    public bool HasMessageContainers { get; init; }

    /// <summary>
    /// True when basic.get from a quorum queue shows x-delivery-count 0 the first time. Default true.
    /// </summary>
    public bool ShowsInitialDeliveryCount { get; init; } = true;

    /// <summary>
    /// True when a quorum queue's count of failed deliveries (rejects, and ends of channels that held the message; not
    /// what a client returns) goes with a dead letter: the next quorum queue shows it as x-delivery-count, and
    /// redelivered, until it has a count of its own (measured on 4.0). Default false.
    /// </summary>
    public bool CarriesFailures { get; init; }

    /// <summary>The delivery limit of a quorum queue that names none; null for no limit. Default null.</summary>
    public int? QuorumDeliveryLimit { get; init; }

    /// <summary>True when quorum queues look at priorities: above 4 is high, the rest is low. Default false.</summary>
    public bool QuorumPrioritises { get; init; }

    /// <summary>
    /// True when a quorum queue that prioritises hands out the older of both kinds every third time, so that low
    /// priorities are never starved (measured on 4.0). Default false: the high one always goes first.
    /// </summary>
    public bool QuorumTakesTurns { get; init; }

    /// <summary>What an x-max-priority of less is taken for; 4.0 takes 0 for 1 (measured). Default 0.</summary>
    public int LeastMaxPriority { get; init; }

    /// <summary>True when nack and reject with requeue count towards the delivery limit. Default true.</summary>
    public bool ReturnsCountTowardsLimit { get; init; } = true;

    /// <summary>True when x-priority decides which consumer of a quorum queue is the single active one.</summary>
    public bool PrioritisesActiveConsumer { get; init; }

    /// <summary>
    /// True when an unknown exchange type closes the channel with 406, false for the connection with 503.
    /// </summary>
    public bool UnknownExchangeTypeClosesChannel { get; init; }

    /// <summary>True when a classic queue may name a leader locator. Default false.</summary>
    public bool AllowsLeaderLocators { get; init; }

    /// <summary>
    /// True when an x-queue-master-locator that is no text crashes the channel's owner. Default true.
    /// </summary>
    public bool ChecksQueueMasterLocator { get; init; } = true;

    /// <summary>True when a delivery-mode other than 1 and 2 is refused. Default true.</summary>
    public bool ChecksDeliveryMode { get; init; } = true;

    /// <summary>True when a headers exchange takes 1 and 1.0 for the same. Default true.</summary>
    public bool EquatesIntegersAndReals { get; init; } = true;

    /// <summary>True when the headers of AMQP 0-8 and of early 0-9 are taken too. Default true.</summary>
    public bool SpeaksOldProtocols { get; init; } = true;

    /// <summary>
    /// True when tx.commit hands a publish to the queues that have, at that moment, the names it was routed to, and
    /// returns it when it is mandatory and none has. False when a queue deleted meanwhile fails the commit with 406
    /// (measured). Default true.
    /// </summary>
    public bool CommitsByName { get; init; } = true;

    /// <summary>
    /// True when a queue declared without x-queue-type has one in its arguments all the same (measured). Default false.
    /// </summary>
    public bool NamesQueueTypes { get; init; }

    /// <summary>The protocol header that answers an unknown one, eight octets.</summary>
    public string PreferredProtocol { get; init; } = "AMQP\0\0\t\u0001";

    /// <summary>
    /// True when a mandatory direct reply that is delivered counts as routed (since 4.2). Default false.
    /// </summary>
    public bool CountsMandatoryReplies { get; init; }

    /// <summary>False when declaring a queue that is neither durable nor exclusive is refused. Default true.</summary>
    public bool PermitsTransientSharedQueues { get; init; } = true;

    /// <summary>False when basic.qos with global=true is taken as global=false. Default true.</summary>
    public bool PermitsGlobalPrefetch { get; init; } = true;

    /// <summary>True when a delivery that is never acknowledged closes its channel in the end. Default true.</summary>
    public bool TimesOutDeliveries { get; init; } = true;

    /// <summary>True when a passive declare needs the configure permission. Default false.</summary>
    public bool PassiveDeclareNeedsConfigure { get; init; }

    /// <summary>True when the limit on a user's channels is written in brackets. Default true.</summary>
    public bool BracketsUserChannelLimit { get; init; } = true;

    /// <summary>Finds a profile by name.</summary>
    /// <param name="name">For instance "rabbitmq-3.10"; compared octet by octet.</param>
    /// <returns>The profile, or null when there is none of that name.</returns>
    public static BrokerProfile? Find(string name)
    {
        foreach (BrokerProfile profile in All)
        {
            if (profile.Name == name)
            {
                return profile;
            }
        }

        return null;
    }
}
