namespace Amqp.Transport;

/// <summary>The kinds of <see cref="BlockedPolicy"/>.</summary>
public enum BlockedAction
{
    /// <summary>Wait until the connection is unblocked.</summary>
    Wait,

    /// <summary>Fail at once.</summary>
    Fail,

    /// <summary>Set messages aside up to a limit.</summary>
    Buffer,
}
