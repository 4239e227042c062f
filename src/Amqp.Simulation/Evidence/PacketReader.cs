using System.Buffers.Binary;

namespace Amqp.Simulation.Evidence;

/// <summary>Takes the packets out of a capture file.</summary>
internal sealed class PacketReader(Stream capture)
{
    private const uint Section = 0x0A0D0D0A;
    private const uint Interface = 1;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrder = 0x1A2B3C4D;
    private const uint Microseconds = 0xA1B2C3D4;
    private const uint Nanoseconds = 0xA1B23C4D;
    private const int MostBytes = 16 * 1024 * 1024;
    private const int ResolutionOption = 9;

    private readonly List<(int LinkType, ulong PerSecond)> _interfaces = [];
    private long _offset;
    private bool _isBig;

    /// <summary>The packets, in the order of the file.</summary>
    /// <exception cref="FormatException">The file is none, or is damaged.</exception>
    public IEnumerable<CapturedPacket> Read()
    {
        byte[] first = Take(4) ?? throw Bad("it is empty");
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(first);
        return magic == Section ? ReadBlocks(magic) : ReadClassic(first);
    }

    //  magic (4) | version (4) | zone (4) | figures (4) | longest (4) | link type (4), then for each packet:
    //  seconds (4) | fraction (4) | captured length (4) | length (4) | packet
    private IEnumerable<CapturedPacket> ReadClassic(byte[] first)
    {
        _isBig = BinaryPrimitives.ReadUInt32BigEndian(first) is Microseconds or Nanoseconds;
        uint magic = UInt32(first, 0);
        if (magic is not (Microseconds or Nanoseconds))
        {
            throw Bad("it begins neither as pcap nor as pcapng does");
        }

        long perTick = magic == Nanoseconds ? 100 : 0;
        int linkType = (int)(UInt32(Need(20), 16) & 0xFFFF);
        while (Take(16) is { } head)
        {
            long fraction = perTick > 0 ? UInt32(head, 4) / perTick : UInt32(head, 4) * TimeSpan.TicksPerMicrosecond;
            DateTimeOffset at = DateTimeOffset.UnixEpoch
                + TimeSpan.FromTicks((UInt32(head, 0) * TimeSpan.TicksPerSecond) + fraction);
            yield return new CapturedPacket(at, linkType, Need(Length(UInt32(head, 8))));
        }
    }

    //  block type (4) | total length (4) | body, padded to 4 | total length (4)
    private IEnumerable<CapturedPacket> ReadBlocks(uint type)
    {
        DateTimeOffset last = DateTimeOffset.UnixEpoch;
        while (true)
        {
            byte[] body = Block(type);
            switch (type)
            {
                case Section:
                    _interfaces.Clear();
                    break;
                case Interface:
                    AddInterface(body);
                    break;
                case EnhancedPacket:
                    CapturedPacket packet = Enhanced(body);
                    last = packet.At;
                    yield return packet;
                    break;
                case SimplePacket when body.Length > 4 && _interfaces.Count > 0:
                    int length = Math.Min(Length(UInt32(body, 0)), body.Length - 4);
                    yield return new CapturedPacket(last, _interfaces[0].LinkType, body[4..(4 + length)]);
                    break;
            }

            if (Take(4) is not { } next)
            {
                yield break;
            }

            type = UInt32(next, 0);
        }
    }

    private byte[] Block(uint type)
    {
        byte[] head = Need(4);
        byte[] magic = [];
        if (type == Section)
        {
            magic = Need(4);
            _isBig = BinaryPrimitives.ReadUInt32BigEndian(magic) == ByteOrder;
            if (UInt32(magic, 0) != ByteOrder)
            {
                throw Bad("the section's byte order is none");
            }
        }

        int length = Length(UInt32(head, 0));
        int rest = length - 12 - magic.Length;
        if (rest < 0 || length % 4 != 0)
        {
            throw Bad($"a block of {length} bytes is none");
        }

        byte[] body = Need(rest);
        return UInt32(Need(4), 0) == length ? body : throw Bad("a block's two lengths differ");
    }

    //  link type (2) | reserved (2) | longest (4) | options: code (2) | length (2) | value, padded to 4
    private void AddInterface(byte[] body)
    {
        if (body.Length < 8)
        {
            throw Bad("an interface is cut short");
        }

        ulong perSecond = 1_000_000;
        for (int at = 8; at + 4 <= body.Length && UInt16(body, at) != 0;)
        {
            int length = UInt16(body, at + 2);
            if (UInt16(body, at) == ResolutionOption && length == 1 && at + 4 < body.Length)
            {
                int power = body[at + 4] & 0x7F;
                bool isBinary = body[at + 4] >= 0x80;
                perSecond = power > (isBinary ? 62 : 18) ? throw Bad("its clock is too fine")
                    : isBinary ? 1UL << power : (ulong)Math.Pow(10, power);
            }

            at += 4 + ((length + 3) & ~3);
        }

        _interfaces.Add((UInt16(body, 0), perSecond));
    }

    //  interface (4) | time, high (4) | time, low (4) | captured length (4) | length (4) | packet
    private CapturedPacket Enhanced(byte[] body)
    {
        if (body.Length < 20 || UInt32(body, 0) >= _interfaces.Count)
        {
            throw Bad("a packet is of no interface");
        }

        (int linkType, ulong perSecond) = _interfaces[(int)UInt32(body, 0)];
        ulong time = ((ulong)UInt32(body, 4) << 32) | UInt32(body, 8);
        UInt128 ticks = (UInt128)time * (ulong)TimeSpan.TicksPerSecond / perSecond;
        int length = Length(UInt32(body, 12));
        if (length > body.Length - 20 || ticks > (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks)
        {
            throw Bad("a packet is longer than its block, or its time is none");
        }

        return new CapturedPacket(
            DateTimeOffset.UnixEpoch + TimeSpan.FromTicks((long)ticks), linkType, body[20..(20 + length)]);
    }

    private int Length(uint length) => length <= MostBytes ? (int)length : throw Bad($"{length} bytes are too many");

    private byte[] Need(int count) => Take(count) ?? throw Bad("it ends too early");

    /// <summary>So many bytes; null at the very end of the file.</summary>
    private byte[]? Take(int count)
    {
        byte[] bytes = new byte[count];
        int got = capture.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        _offset += got;
        return got == count ? bytes : got == 0 ? null : throw Bad("it ends too early");
    }

    private FormatException Bad(string why) => new($"the packet capture cannot be read at byte {_offset}: {why}");

    private uint UInt32(byte[] bytes, int at) => _isBig
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at))
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private ushort UInt16(byte[] bytes, int at) => _isBig
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at))
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}
