namespace Amqp.Property.Broker;

/// <summary>What clients, operators and time do to a broker.</summary>
internal enum BrokerOpKind
{
    Publish,
    PublishToAll,
    Get,
    Consume,
    Cancel,
    Ack,
    Nack,
    Reject,
    Recover,
    Prefetch,
    Wait,
    Purge,
    DeleteQueue,
    CloseChannel,
    CloseConnection,
    BreakConnection,
    Transact,
    Policy,
    Restart,
    Crash,
}
