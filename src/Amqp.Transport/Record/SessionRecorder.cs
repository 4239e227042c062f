using System.Buffers;
using System.Globalization;

namespace Amqp.Transport.Record;

/// <summary>
/// Writes what travels on one connection as text (<c>.amqprec</c>): a line for each read and write, with the time, the
/// direction and the bytes in hexadecimal. Thread-safe.
/// </summary>
/// <remarks>
/// <code>
/// amqprec 1
/// # 2030-01-01T00:00:00.0000000+00:00 broker:5672
/// 0.000000 > 414D515000000901
/// 0.000231 &lt; 01000000…
/// 2.500000 &lt; end
/// </code>
/// <c>&gt;</c> goes to the broker. Passwords (SASL responses, <c>connection.update-secret</c>) are overwritten by
/// asterisks of the same length before they are written. Bodies of messages are kept unless that is turned off.
/// </remarks>
internal sealed class SessionRecorder
{
    private readonly Lock _gate = new();
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly FrameRedactor _toBroker;
    private readonly FrameRedactor _toClient;
    private bool _isClosed;

    public SessionRecorder(TextWriter output, AmqpEndpoint endpoint, TimeProvider time, bool withoutBodies)
    {
        _output = output;
        _time = time;
        _start = time.GetTimestamp();
        _toBroker = new FrameRedactor(withoutBodies);
        _toClient = new FrameRedactor(withoutBodies);
        output.Write("amqprec 1\n");
        output.Write(string.Create(
            CultureInfo.InvariantCulture, $"# {time.GetUtcNow():o} {endpoint.Host}:{endpoint.Port}\n"));
    }

    public void Sent(ReadOnlySpan<byte> bytes) => Add(_toBroker, '>', bytes);

    public void Received(ReadOnlySpan<byte> bytes) => Add(_toClient, '<', bytes);

    public void Received(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            Received(piece.Span);
        }
    }

    /// <summary>The broker's side has ended.</summary>
    public void End(bool isReset) => Line('<', isReset ? "reset" : "end");

    /// <summary>The client has put the connection away: nothing more is written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            foreach ((FrameRedactor redactor, char direction) in new[] { (_toBroker, '>'), (_toClient, '<') })
            {
                if (redactor.Held > 0)
                {
                    // Half a frame may hold half a secret.
                    _output.Write(string.Create(
                        CultureInfo.InvariantCulture,
                        $"# {redactor.Held} bytes of an unfinished frame ({direction}) are left out\n"));
                }
            }

            _isClosed = true;
            _output.Flush();
            _output.Dispose();
        }
    }

    private void Add(FrameRedactor redactor, char direction, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (redactor.Add(bytes) is { Length: > 0 } whole)
            {
                Line(direction, Convert.ToHexString(whole));
            }
        }
    }

    private void Line(char direction, string what)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                decimal seconds = _time.GetElapsedTime(_start).Ticks / (decimal)TimeSpan.TicksPerSecond;
                _output.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{seconds:0.000000} {direction} {what}\n"));
            }
        }
    }
}
