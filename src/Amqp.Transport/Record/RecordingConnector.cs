using Amqp.Transport.Record;

namespace Amqp.Transport;

/// <summary>
/// Records what travels on each connection, as text that tests can replay. Passwords are overwritten; the bodies of
/// messages are kept unless that is turned off. Thread-safe.
/// </summary>
/// <remarks>
/// A recording costs a copy and a line of text for each read and write: it is for finding a fault, not for every day.
/// Its
/// format: <c>amqprec 1</c>, then lines of seconds since connecting, <c>&gt;</c> to or <c>&lt;</c> from the broker, and
/// the bytes in hexadecimal, or <c>end</c> or <c>reset</c>; <c>#</c> begins a remark. With TLS what is recorded is the
/// clear text.
/// </remarks>
/// <param name="inner">Makes the streams, such as <c>new SocketConnector()</c>.</param>
/// <param name="open">Makes the text that the recording of a connection to an endpoint goes to; it is disposed when the
/// connection ends.</param>
/// <param name="time">The clock; null for the system's.</param>
/// <param name="withoutBodies">Whether the bodies of messages are overwritten as well.</param>
public sealed class RecordingConnector(
    IConnector inner, Func<AmqpEndpoint, TextWriter> open, TimeProvider? time = null, bool withoutBodies = false)
    : IConnector
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, CancellationToken cancellationToken) => inner.ResolveAsync(endpoint, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
    {
        TransportStream stream = await inner.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return stream.Tapped(new SessionRecorder(open(endpoint), endpoint, time ?? TimeProvider.System, withoutBodies));
    }
}
