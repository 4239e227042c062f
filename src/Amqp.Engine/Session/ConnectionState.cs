namespace Amqp.Engine.Session;

/// <summary>Where a connection is in its life (AMQP 0-9-1 section 2.2.4). <see cref="ConnectionStates"/> holds every
/// transition.</summary>
public enum ConnectionState
{
    /// <summary>Nothing was sent yet.</summary>
    Idle,

    /// <summary>The protocol header was sent; <c>connection.start</c> is awaited.</summary>
    AwaitingStart,

    /// <summary><c>connection.start-ok</c> was sent; <c>connection.tune</c> is awaited.</summary>
    AwaitingTune,

    /// <summary><c>connection.tune-ok</c> and <c>connection.open</c> were sent; <c>connection.open-ok</c> is
    /// awaited.</summary>
    AwaitingOpenOk,

    /// <summary>In use.</summary>
    Open,

    /// <summary><c>connection.close</c> was sent; <c>connection.close-ok</c> is awaited.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}
