namespace Amqp.Simulation.Evidence;

/// <summary>Where something happened.</summary>
public enum TraceLane
{
    /// <summary>At the client: its code and its end of the connection.</summary>
    Client,

    /// <summary>On the network.</summary>
    Link,

    /// <summary>At the broker.</summary>
    Broker,
}
