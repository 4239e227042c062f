namespace Amqp.Transport.Recover;

/// <summary>Who sees to the end of a session.</summary>
internal enum RecoveryPhase
{
    /// <summary>Whoever is connecting.</summary>
    Connecting,

    /// <summary>Nobody has to: the session is open and in use.</summary>
    Ready,

    /// <summary>The loop, which waits for the replay to end.</summary>
    Replaying,

    /// <summary>The loop, which waits to connect, or for a stream to close that is not wanted.</summary>
    Waiting,

    /// <summary>Nobody any more.</summary>
    Closed,
}
