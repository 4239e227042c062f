namespace Amqp.Engine.Events;

/// <summary>Who ended a session or a channel.</summary>
public enum CloseInitiator
{
    /// <summary>The user of the engine asked for it.</summary>
    Application,

    /// <summary>The broker, or the network between.</summary>
    Peer,

    /// <summary>The engine itself, because of a violation by the peer or a deadline.</summary>
    Library,
}
