namespace Amqp.Engine.Events;

/// <summary>What is known of a call that got no answer.</summary>
public enum CallFailure : byte
{
    /// <summary>The connection ended: the broker may have carried the call out or not.</summary>
    Unknown,

    /// <summary>The broker closed the channel because of this call.</summary>
    Refused,

    /// <summary>The broker has not carried it out: it was not sent, or the broker closed the channel before its
    /// turn.</summary>
    NotReached,
}
