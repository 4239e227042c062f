using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Amqp.Simulation.Evidence;

/// <summary>A segment of a TCP connection, as a packet holds it.</summary>
internal sealed record TcpSegment(
    string Source, int SourcePort, string Target, int TargetPort, uint Sequence, byte Flags, byte[] Payload)
{
    private const int Tcp = 6;
    private const int Ip4 = 0x0800;
    private const int Ip6 = 0x86DD;

    public bool IsFin => (Flags & 0x01) != 0;

    public bool IsSyn => (Flags & 0x02) != 0;

    public bool IsReset => (Flags & 0x04) != 0;

    public bool IsAck => (Flags & 0x10) != 0;

    /// <summary>Null when the packet holds none, or was captured only in part.</summary>
    public static TcpSegment? Of(in CapturedPacket packet)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        int skip = packet.LinkType switch
        {
            0 or 108 => 4, // loopback
            1 => Ethernet(bytes),
            12 or 101 or 228 or 229 => 0, // IP without anything before it
            113 => 16, // Linux "any", first version
            276 => 20, // Linux "any", second version
            _ => -1,
        };
        if (skip < 0 || bytes.Length < skip + 20)
        {
            return null;
        }

        bytes = bytes[skip..];
        return (bytes[0] >> 4) switch
        {
            4 => OfIp4(bytes),
            6 => OfIp6(bytes),
            _ => null,
        };
    }

    // Addresses (12), then a type; tags of virtual networks are four bytes each.
    private static int Ethernet(ReadOnlySpan<byte> bytes)
    {
        for (int at = 12; at + 2 <= bytes.Length; at += 4)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (type is not (0x8100 or 0x88A8))
            {
                return type is Ip4 or Ip6 ? at + 2 : -1;
            }
        }

        return -1;
    }

    private static TcpSegment? OfIp4(ReadOnlySpan<byte> ip)
    {
        int head = (ip[0] & 0x0F) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3FFF) != 0;

        // What is sent in large pieces by the network card has no length in its header.
        length = length == 0 ? ip.Length : length;
        return ip[9] != Tcp || isFragment || head < 20 || length > ip.Length || length < head
            ? null
            : OfTcp(ip[head..length], new IPAddress(ip.Slice(12, 4)), new IPAddress(ip.Slice(16, 4)));
    }

    private static TcpSegment? OfIp6(ReadOnlySpan<byte> ip)
    {
        if (ip.Length < 40 || ip[6] != Tcp)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        length = length == 0 ? ip.Length - 40 : length;
        return 40 + length > ip.Length
            ? null
            : OfTcp(ip.Slice(40, length), new IPAddress(ip.Slice(8, 16)), new IPAddress(ip.Slice(24, 16)));
    }

    private static TcpSegment? OfTcp(ReadOnlySpan<byte> tcp, IPAddress source, IPAddress target)
    {
        int head = tcp.Length < 20 ? int.MaxValue : (tcp[12] >> 4) * 4;
        if (head < 20 || head > tcp.Length)
        {
            return null;
        }

        int sourcePort = BinaryPrimitives.ReadUInt16BigEndian(tcp);
        int targetPort = BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]);
        return new TcpSegment(
            Name(source, sourcePort),
            sourcePort,
            Name(target, targetPort),
            targetPort,
            BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]),
            tcp[13],
            tcp[head..].ToArray());
    }

    private static string Name(IPAddress address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{new IPEndPoint(address, port)}");
}
