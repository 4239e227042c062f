namespace Amqp.Integration.Facades;

/// <summary>The kinds of connection that there are.</summary>
public enum FacadeKind
{
    /// <summary><see cref="Amqp.Transport.AmqpConnection"/>.</summary>
    Async,

    /// <summary><see cref="Amqp.Transport.BlockingConnection"/>, with callbacks on the caller's thread.</summary>
    Blocking,

    /// <summary><see cref="Amqp.Transport.BlockingConnection"/>, with callbacks on a thread of its own.</summary>
    BlockingOwnThread,

    /// <summary><see cref="Amqp.Transport.SelectConnection"/>.</summary>
    Select,
}
