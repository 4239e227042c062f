using System.Collections.Immutable;
using System.Globalization;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// What travelled on a real connection, as <c>RecordingConnector</c> of Amqp.Transport wrote it (<c>.amqprec</c>).
/// Immutable.
/// </summary>
public sealed record SessionRecording
{
    private const string FirstLine = "amqprec 1";

    /// <summary>What travelled, in order.</summary>
    public ImmutableArray<RecordedChunk> Chunks { get; init; } = [];

    /// <summary>Reads a recording.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="FormatException">It is none; the message says in which line.</exception>
    public static SessionRecording Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<RecordedChunk>.Builder chunks = ImmutableArray.CreateBuilder<RecordedChunk>();
        string[] lines = text.Split('\n');
        if (lines[0].TrimEnd() != FirstLine)
        {
            throw new FormatException($"line 1: a recording begins with '{FirstLine}'");
        }

        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                chunks.Add(ParseLine(line, i + 1));
            }
        }

        return new SessionRecording { Chunks = chunks.ToImmutable() };
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="FormatException">It is no recording.</exception>
    public static SessionRecording Load(string path) => Parse(File.ReadAllText(path));

    /// <summary>The bytes of one direction.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns>All of them.</returns>
    public byte[] Bytes(LinkDirection direction) =>
        [.. Chunks.Where(each => each.Direction == direction).SelectMany(static each => each.Bytes.ToArray())];

    /// <summary>The recording as a trace, for time lines and packet captures. Nothing is known of latency: what was
    /// read
    /// or written here is shown as sent and received in that moment.</summary>
    /// <returns>The trace.</returns>
    public SimTrace ToTrace()
    {
        var trace = new SimTrace();
        trace.Add(MonoTime.Zero, TraceKind.Opened, TraceLane.Client, 1, "recorded");
        foreach (RecordedChunk chunk in Chunks)
        {
            (TraceLane from, TraceLane to) = chunk.Direction == LinkDirection.ToBroker
                ? (TraceLane.Client, TraceLane.Broker)
                : (TraceLane.Broker, TraceLane.Client);
            if (chunk.End is { } end)
            {
                trace.Add(chunk.At, TraceKind.Ended, to, 1, end == Links.LinkEnd.Reset ? "reset" : "end of stream");
            }
            else
            {
                trace.Add(chunk.At, TraceKind.Sent, from, 1, chunk.Bytes);
                trace.Add(chunk.At, TraceKind.Received, to, 1, chunk.Bytes);
            }
        }

        return trace;
    }

    private static RecordedChunk ParseLine(string line, int number)
    {
        if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var time, "<" or ">", var what]
            || !decimal.TryParse(
                time, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds))
        {
            throw new FormatException($"line {number}: '{line}' is not 'SECONDS > HEX' or 'SECONDS < HEX'");
        }

        LinkDirection direction = line.Contains('>', StringComparison.Ordinal)
            ? LinkDirection.ToBroker
            : LinkDirection.ToClient;
        var at = new MonoTime((long)(seconds * TimeSpan.TicksPerSecond));
        try
        {
            return what switch
            {
                "end" => new RecordedChunk(at, direction, default) { End = Links.LinkEnd.Fin },
                "reset" => new RecordedChunk(at, direction, default) { End = Links.LinkEnd.Reset },
                _ => new RecordedChunk(at, direction, Convert.FromHexString(what)),
            };
        }
        catch (FormatException error)
        {
            throw new FormatException($"line {number}: the bytes are not hexadecimal", error);
        }
    }
}
