namespace Amqp.Engine.Recovery;

/// <summary>What to do after a replay.</summary>
public enum RecoveryVerdict
{
    /// <summary>The connection is ready.</summary>
    Ready,

    /// <summary>Drop this connection; another attempt is due later.</summary>
    Retry,

    /// <summary>Close this connection; there will be no other.</summary>
    GiveUp,
}
