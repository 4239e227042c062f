using System.Buffers.Binary;

namespace Amqp.Simulation.Evidence;

/// <summary>Packets of one made-up TCP connection: 10.0.0.1 and a port of the connection's own, to
/// 10.0.0.2:5672.</summary>
internal sealed class TcpConversation(int number)
{
    //  0              14               34              54
    //  | Ethernet (14) | IPv4 (20)     | TCP (20)      | payload
    private const int IpAt = 14;
    private const int TcpAt = IpAt + 20;
    private const int PayloadAt = TcpAt + 20;
    private const ushort ServerPort = 5672;
    private const int FirstClientPort = 40000;
    private const byte Fin = 0x01;
    private const byte Syn = 0x02;
    private const byte Reset = 0x04;
    private const byte Push = 0x08;
    private const byte Ack = 0x10;

    private readonly ushort _clientPort = (ushort)(FirstClientPort + (number % 20000));
    private readonly uint[] _next = [1000, 5000];
    private readonly bool[] _isEnded = new bool[2];
    private ushort _id;
    private bool _isOpen;

    public IEnumerable<byte[]> Open()
    {
        if (_isOpen)
        {
            yield break;
        }

        _isOpen = true;
        yield return Packet(true, Syn, default);
        _next[0]++;
        yield return Packet(false, Syn | Ack, default);
        _next[1]++;
        yield return Packet(true, Ack, default);
    }

    public IEnumerable<byte[]> Send(bool isClient, ReadOnlySpan<byte> payload)
    {
        int side = isClient ? 0 : 1;
        if (_isEnded[side])
        {
            return [];
        }

        byte[] packet = Packet(isClient, Push | Ack, payload);
        _next[side] += (uint)payload.Length;
        return [packet];
    }

    public IEnumerable<byte[]> End(bool isClient, bool isReset)
    {
        int side = isClient ? 0 : 1;
        if (_isEnded[side])
        {
            return [];
        }

        _isEnded[side] = true;
        byte[] packet = Packet(isClient, isReset ? (byte)(Reset | Ack) : (byte)(Fin | Ack), default);
        _next[side]++;
        return [packet];
    }

    private byte[] Packet(bool isClient, byte flags, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[PayloadAt + payload.Length];
        payload.CopyTo(packet.AsSpan(PayloadAt));
        WriteEthernet(packet, isClient);
        WriteIp(packet.AsSpan(IpAt), isClient);
        WriteTcp(packet.AsSpan(TcpAt), isClient, flags);
        BinaryPrimitives.WriteUInt16BigEndian(
            packet.AsSpan(IpAt + 10), Checksum(packet.AsSpan(IpAt, 20), 0));
        BinaryPrimitives.WriteUInt16BigEndian(
            packet.AsSpan(TcpAt + 16), Checksum(packet.AsSpan(TcpAt), PseudoHeader(packet)));
        return packet;
    }

    private static void WriteEthernet(Span<byte> packet, bool isClient)
    {
        // Locally administered addresses ending in 1 (client) and 2 (broker); type IPv4.
        packet[0] = packet[6] = 0x02;
        packet[5] = isClient ? (byte)2 : (byte)1;
        packet[11] = isClient ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteUInt16BigEndian(packet[12..], 0x0800);
    }

    private void WriteIp(Span<byte> ip, bool isClient)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], ++_id);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], 0x4000);
        ip[8] = 64;
        ip[9] = 6;
        ip[12] = ip[16] = 10;
        ip[15] = isClient ? (byte)1 : (byte)2;
        ip[19] = isClient ? (byte)2 : (byte)1;
    }

    private void WriteTcp(Span<byte> tcp, bool isClient, byte flags)
    {
        int side = isClient ? 0 : 1;
        BinaryPrimitives.WriteUInt16BigEndian(tcp, isClient ? _clientPort : ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], isClient ? ServerPort : _clientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], _next[side]);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & Ack) != 0 ? _next[1 - side] : 0);
        tcp[12] = 5 << 4;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
    }

    // Addresses, protocol and length, RFC 9293 section 3.1.
    private static uint PseudoHeader(ReadOnlySpan<byte> packet)
    {
        uint sum = 6 + (uint)(packet.Length - TcpAt);
        for (int i = IpAt + 12; i < IpAt + 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        }

        return sum;
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
