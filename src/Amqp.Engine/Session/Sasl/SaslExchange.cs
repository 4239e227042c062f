namespace Amqp.Engine.Session;

/// <summary>One session's way through a <see cref="SaslMechanism"/>. Used by one session, single-threaded.</summary>
public abstract class SaslExchange
{
    /// <summary>What <c>connection.start-ok</c> carries. It must fit a frame of 4096 bytes together with the client's
    /// properties.</summary>
    public abstract ReadOnlyMemory<byte> InitialResponse { get; }

    /// <summary>Answers <c>connection.secure</c>.</summary>
    /// <param name="challenge">The broker's challenge; borrowed.</param>
    /// <returns>What <c>connection.secure-ok</c> carries, or <see langword="null"/> when the mechanism has no further
    /// step: the session then ends with a violation by the broker.</returns>
    public virtual ReadOnlyMemory<byte>? Respond(ReadOnlySpan<byte> challenge) => null;
}
