namespace Amqp.Transport;

/// <summary>The ways to settle a delivery.</summary>
internal enum Settlement
{
    /// <summary><c>basic.ack</c>.</summary>
    Ack,

    /// <summary><c>basic.nack</c>.</summary>
    Nack,

    /// <summary><c>basic.reject</c>.</summary>
    Reject,
}
