using System.Collections.Immutable;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// Reads packet captures (pcapng, and pcap of any byte order and precision) as tcpdump, Wireshark and
/// <see cref="PcapngWriter"/> write them: from what was seen on the wire in production to a recording that tests
/// replay.
/// </summary>
public static class PacketCapture
{
    /// <summary>Where RabbitMQ listens for clear text.</summary>
    public const int DefaultPort = 5672;

    /// <summary>Finds the AMQP connections of a capture: TCP segments in any order, sent twice or overlapping, over
    /// IPv4 or IPv6, become the bytes of each direction again, cut at the ends of frames.</summary>
    /// <param name="capture">The capture; read to its end and left open.</param>
    /// <param name="port">The broker's port.</param>
    /// <param name="withoutBodies">Whether the bodies of messages are overwritten; passwords always are.</param>
    /// <returns>The connections, in the order of their first packets.</returns>
    /// <exception cref="FormatException">It is no packet capture; the message says where it is wrong.</exception>
    public static ImmutableArray<CapturedSession> Read(
        Stream capture, int port = DefaultPort, bool withoutBodies = false)
    {
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        var sessions = new List<CapturedConnection>();
        var open = new Dictionary<(string Client, string Broker), CapturedConnection>();
        foreach (CapturedPacket packet in new PacketReader(capture).Read())
        {
            if (TcpSegment.Of(packet) is not { } segment
                || (segment.SourcePort != port && segment.TargetPort != port))
            {
                continue;
            }

            bool toBroker = segment.TargetPort == port;
            (string, string) key = toBroker ? (segment.Source, segment.Target) : (segment.Target, segment.Source);
            bool begins = toBroker && segment is { IsSyn: true, IsAck: false };
            if (!open.TryGetValue(key, out CapturedConnection? connection) || (begins && connection.HasBytes))
            {
                // A port that is used again is another connection.
                open[key] = connection = new CapturedConnection(key.Item1, key.Item2, packet.At, withoutBodies);
                sessions.Add(connection);
            }

            connection.Add(segment, toBroker, packet.At);
        }

        return [.. sessions.Where(static each => each.HasBytes).Select(static each => each.Finish())];
    }
}
