namespace Amqp.Compare.Client;

/// <summary>A library under test: each workload is written as its own users would write it.</summary>
internal interface IContestant
{
    /// <summary>W1: publish without confirms. Returns the messages published in all.</summary>
    Task<long> PublishAsync();

    /// <summary>W2: publish with the confirm of each message awaited, at most 1000 outstanding.</summary>
    Task<long> PublishConfirmedAsync();

    /// <summary>W3: consume with prefetch 500 and a multiple ack every 100.</summary>
    Task<long> ConsumeAsync();

    /// <summary>W4: publish and consume the same message, one in flight.</summary>
    Task<long> PingPongAsync();

    /// <summary>W5: connect, open a channel, close both.</summary>
    Task<long> ConnectAsync();

    /// <summary>W6: publish a thousand messages a second and consume them, each acknowledged by itself.</summary>
    Task<long> PaceAsync();

    /// <summary>W7: a hundred connections, each of which publishes and awaits the confirm.</summary>
    Task<long> PublishOnManyAsync();
}
