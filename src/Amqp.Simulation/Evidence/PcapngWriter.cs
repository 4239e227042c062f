using System.Buffers.Binary;
using Amqp.Engine.Base;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// A run as a packet capture (pcapng) with made-up Ethernet, IPv4 and TCP headers, so that Wireshark and tshark show
/// the
/// AMQP in it. Each connection is one of TCP from a port of its own to port 5672; packets are those that were sent,
/// whether or not they arrived.
/// </summary>
public static class PcapngWriter
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint ByteOrder = 0x1A2B3C4D;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const ushort Ethernet = 1;
    private const int MostInOne = 32 * 1024;

    /// <summary>Writes the capture.</summary>
    /// <param name="trace">The run.</param>
    /// <param name="output">Where to; left open.</param>
    /// <param name="start">What the clock showed at the start.</param>
    public static void Write(SimTrace trace, Stream output, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(output);
        WriteHeaders(output);
        var connections = new Dictionary<int, TcpConversation>();
        foreach (TraceEvent each in trace.Events)
        {
            if (each.Connection == 0)
            {
                continue;
            }

            if (!connections.TryGetValue(each.Connection, out TcpConversation? tcp))
            {
                connections.Add(each.Connection, tcp = new TcpConversation(each.Connection));
            }

            bool isClient = each.Lane == TraceLane.Client;
            switch (each.Kind)
            {
                case TraceKind.Opened:
                    WritePackets(output, tcp.Open(), each.At, start);
                    break;
                case TraceKind.Sent:
                    for (int i = 0; i < each.Bytes.Length; i += MostInOne)
                    {
                        ReadOnlyMemory<byte> part = each.Bytes.Slice(i, Math.Min(MostInOne, each.Bytes.Length - i));
                        WritePackets(output, tcp.Send(isClient, part.Span), each.At, start);
                    }

                    break;
                case TraceKind.Ended:
                    // Who reads the end is not who sent it.
                    WritePackets(
                        output,
                        tcp.End(!isClient, each.Text.Contains("reset", StringComparison.Ordinal)),
                        each.At,
                        start);
                    break;
            }
        }
    }

    //  block type (4) | total length (4) | body, padded to 4 | total length (4)
    private static void WriteBlock(Stream output, uint type, ReadOnlySpan<byte> body)
    {
        int padded = (body.Length + 3) & ~3;
        byte[] block = new byte[12 + padded];
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), (uint)block.Length);
        body.CopyTo(block.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(block.Length - 4), (uint)block.Length);
        output.Write(block);
    }

    private static void WriteHeaders(Stream output)
    {
        // Byte-order magic, version 1.0, section length unknown.
        byte[] section = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(section, ByteOrder);
        BinaryPrimitives.WriteUInt16LittleEndian(section.AsSpan(4), 1);
        BinaryPrimitives.WriteInt64LittleEndian(section.AsSpan(8), -1);
        WriteBlock(output, SectionHeader, section);

        // Link type, reserved, no snapshot length; timestamps count microseconds when nothing else is said.
        byte[] description = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(description, Ethernet);
        WriteBlock(output, InterfaceDescription, description);
    }

    private static void WritePackets(Stream output, IEnumerable<byte[]> packets, MonoTime at, DateTimeOffset start)
    {
        ulong micros = (ulong)((start - DateTimeOffset.UnixEpoch + (at - MonoTime.Zero)).Ticks
            / TimeSpan.TicksPerMicrosecond);
        foreach (byte[] packet in packets)
        {
            // Interface, time (high, low), captured length, original length, packet.
            byte[] body = new byte[20 + packet.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), (uint)(micros >> 32));
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(8), (uint)micros);
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), (uint)packet.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(16), (uint)packet.Length);
            packet.CopyTo(body.AsSpan(20));
            WriteBlock(output, EnhancedPacket, body);
        }
    }
}
