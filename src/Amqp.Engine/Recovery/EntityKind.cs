namespace Amqp.Engine.Recovery;

/// <summary>What a recovery restores, in the order in which it does.</summary>
public enum EntityKind
{
    /// <summary>An exchange.</summary>
    Exchange,

    /// <summary>A queue.</summary>
    Queue,

    /// <summary>A binding of a queue or of an exchange.</summary>
    Binding,

    /// <summary>A channel, with its prefetch and its confirm or transaction mode.</summary>
    Channel,

    /// <summary>A consumer.</summary>
    Consumer,
}
