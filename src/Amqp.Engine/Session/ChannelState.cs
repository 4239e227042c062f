namespace Amqp.Engine.Session;

/// <summary>Where a channel is in its life (AMQP 0-9-1 section 2.2.5). <see cref="ChannelStates"/> holds every
/// transition.</summary>
public enum ChannelState
{
    /// <summary>Not in use; the number is free.</summary>
    Closed,

    /// <summary><c>channel.open</c> was sent.</summary>
    Opening,

    /// <summary>In use.</summary>
    Open,

    /// <summary><c>channel.close</c> was sent; the number is taken until <c>channel.close-ok</c> arrives.</summary>
    Closing,
}
