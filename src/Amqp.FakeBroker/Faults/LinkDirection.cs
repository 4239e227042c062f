namespace Amqp.FakeBroker.Faults;

/// <summary>One of the two ways bytes travel on a connection.</summary>
public enum LinkDirection
{
    /// <summary>From the client to the broker.</summary>
    ToBroker,

    /// <summary>From the broker to the client.</summary>
    ToClient,
}
