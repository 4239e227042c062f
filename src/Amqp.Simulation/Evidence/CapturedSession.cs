using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Evidence;

/// <summary>A connection that was found in a packet capture. Immutable.</summary>
/// <param name="Client">Address and port of the client, such as <c>10.0.0.1:40001</c>.</param>
/// <param name="Broker">Address and port of the broker.</param>
/// <param name="Start">When its first packet was captured.</param>
/// <param name="Recording">What travelled, in whole frames, without secrets; times count from <paramref name="Start"/>.
/// </param>
public sealed record CapturedSession(string Client, string Broker, DateTimeOffset Start, SessionRecording Recording)
{
    /// <summary>What the capture does not show: packets that it lost, a beginning that it missed, a stream that is not
    /// AMQP in clear text. Null when the whole session is there.</summary>
    public string? Problem { get; init; }

    /// <summary>The recording as text, the same as <c>RecordingConnector</c> of Amqp.Transport writes.</summary>
    /// <returns>The lines of an <c>.amqprec</c> file.</returns>
    public string ToText()
    {
        var text = new StringBuilder("amqprec 1\n");
        text.Append(CultureInfo.InvariantCulture, $"# {Start:o} {Client} to {Broker}\n");
        foreach (RecordedChunk chunk in Recording.Chunks)
        {
            decimal seconds = chunk.At.Ticks / (decimal)TimeSpan.TicksPerSecond;
            char way = chunk.Direction == FakeBroker.Faults.LinkDirection.ToBroker ? '>' : '<';
            string what = chunk.End switch
            {
                Links.LinkEnd.Reset => "reset",
                { } => "end",
                null => Convert.ToHexString(chunk.Bytes.Span),
            };
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.000000} {way} {what}\n");
        }

        return Problem is null ? text.ToString() : text.Append("# ").Append(Problem).Append('\n').ToString();
    }
}
