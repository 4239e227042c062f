using System.Buffers.Binary;
using System.Text;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Evidence;
using Amqp.Transport;
using Xunit;

namespace Amqp.Async;

/// <summary>From packets to recordings.</summary>
public sealed class CaptureTests
{
    private const string Password = "correct horse";
    private const int BlockHead = 8;
    private const int PacketAt = 20;
    private const int TcpAt = 14 + 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T12_A_capture_becomes_the_recording_that_the_client_itself_would_have_made(bool withoutBodies)
    {
        var (packets, recorded) = await CaptureAsync(withoutBodies);
        var session = Assert.Single(PacketCapture.Read(new MemoryStream(packets), withoutBodies: withoutBodies));
        Assert.Null(session.Problem);
        AssertSame(recorded, session.Recording);
        Assert.Empty(RecordingReplay.Run(session.Recording).Failures);
        Assert.Equal(("10.0.0.1:40001", "10.0.0.2:5672"), (session.Client, session.Broker));

        var text = session.ToText();
        Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes(Password)), text);
        Assert.Equal(!withoutBodies, text.Contains(Convert.ToHexString("order 7"u8), StringComparison.Ordinal));
        AssertSame(recorded, SessionRecording.Parse(text));
    }

    [Fact]
    public async Task T12_Packets_that_come_late_twice_or_overlapping_make_the_same_recording()
    {
        var (packets, recorded) = await CaptureAsync(withoutBodies: false);
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new Prng(seed);
            var blocks = Blocks(packets);

            // Not before the handshake of TCP: a capture begins with it.
            for (var i = 5; i + 1 < blocks.Count; i++)
            {
                if (random.Chance(1, 4))
                {
                    blocks.Insert(i + random.NextInt32(Math.Min(4, blocks.Count - i)), blocks[i]);
                }

                var other = i + random.NextInt32(Math.Min(3, blocks.Count - i));
                (blocks[i], blocks[other]) = (blocks[other], blocks[i]);
                if (random.Chance(1, 4) && Halves(blocks[i], ref random) is var (first, rest))
                {
                    blocks[i] = first;
                    blocks.Insert(i + 1, rest);
                }
            }

            var session = Assert.Single(PacketCapture.Read(new MemoryStream([.. blocks.SelectMany(each => each)])));
            Assert.True(session.Problem is null, $"seed {seed}: {session.Problem}");
            AssertSame(recorded, session.Recording);
        }
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("nsecpcap")]
    [InlineData("pcapng")]
    public async Task T12_Other_formats_and_link_types_are_read_as_well(string format)
    {
        var editcap = Tool.Find("editcap");
        Assert.SkipWhen(editcap is null, "there is no editcap on this machine");
        var (packets, recorded) = await CaptureAsync(withoutBodies: false);
        using var folder = new TemporaryFolder();
        var from = Path.Combine(folder.Path, "from.pcapng");
        var to = Path.Combine(folder.Path, "to");
        await File.WriteAllBytesAsync(from, packets);
        foreach (var more in new string[][] { [], ["-C", "0:14", "-T", "rawip"] })
        {
            await Tool.RunAsync(editcap!, ["-F", format, .. more, from, to]);
            using var file = File.OpenRead(to);
            var session = Assert.Single(PacketCapture.Read(file));
            Assert.Null(session.Problem);
            AssertSame(recorded, session.Recording);
            Assert.Equal(2030, session.Start.Year);
        }
    }

    [Fact]
    public async Task T12_What_a_capture_does_not_show_is_told()
    {
        var (packets, recorded) = await CaptureAsync(withoutBodies: false);
        var blocks = Blocks(packets);
        var lost = blocks.FindIndex(20, each => each.Length > 100);
        var gap = Assert.Single(PacketCapture.Read(
            new MemoryStream([.. blocks.Where((_, i) => i != lost).SelectMany(each => each)])));
        Assert.StartsWith("packets are missing", gap.Problem);
        foreach (var direction in new[] { LinkDirection.ToBroker, LinkDirection.ToClient })
        {
            Assert.True(recorded.Bytes(direction).AsSpan().StartsWith(gap.Recording.Bytes(direction)));
        }

        var late = Assert.Single(PacketCapture.Read(
            new MemoryStream([.. blocks[..2].Concat(blocks[5..]).SelectMany(each => each)])));
        Assert.Equal("the capture began after the connection did", late.Problem);

        Assert.Empty(PacketCapture.Read(new MemoryStream(packets), port: 5671));
        var trace = new SimTrace();
        trace.Add(MonoTime.Zero, TraceKind.Opened, TraceLane.Client, 1, "");
        trace.Add(MonoTime.Zero, TraceKind.Sent, TraceLane.Client, 1, new byte[] { 0x16, 3, 1, 0, 5, 1 });
        using var secret = new MemoryStream();
        PcapngWriter.Write(trace, secret, DateTimeOffset.UnixEpoch);
        secret.Position = 0;
        var tls = Assert.Single(PacketCapture.Read(secret));
        Assert.Contains("not AMQP in clear text", tls.Problem);
        Assert.Contains("# it is not AMQP", tls.ToText());
    }

    [Fact]
    public async Task T12_A_damaged_capture_is_told_and_nothing_else_happens()
    {
        var (packets, _) = await CaptureAsync(withoutBodies: false);
        Assert.Equal(
            "the packet capture cannot be read at byte 4: it begins neither as pcap nor as pcapng does",
            Assert.Throws<FormatException>(() => PacketCapture.Read(new MemoryStream("none at all"u8.ToArray())))
                .Message);
        var told = 0;
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            var random = new Prng(seed);
            var damaged = packets[..(1 + random.NextInt32(packets.Length))];
            for (var i = random.NextInt32(4); i > 0; i--)
            {
                damaged[random.NextInt32(Math.Min(damaged.Length, 300))] = (byte)random.NextInt32(256);
            }

            try
            {
                PacketCapture.Read(new MemoryStream(damaged));
            }
            catch (FormatException)
            {
                told++;
            }
        }

        Assert.InRange(told, 1000, 2000);
    }

    private static async Task<(byte[] Packets, SessionRecording Recorded)> CaptureAsync(bool withoutBodies)
    {
        var text = new StringWriter();
        var outcome = await Sim.Run(
            5,
            async sim =>
            {
                var connector = new RecordingConnector(sim.Connector, _ => text, sim.Time, withoutBodies);
                await using var connection = await AmqpConnection.ConnectAsync(
                    sim.ConnectionOptions with { UserName = "app", Password = Password }, connector);
                await connection.UpdateSecretAsync("renewed", "a test");
                await using var channel = await connection.OpenChannelAsync(
                    new AmqpChannelOptions { PublisherConfirms = true });
                await channel.DeclareQueueAsync("orders");
                for (var i = 0; i < 10; i++)
                {
                    await channel.PublishAsync("", "orders", Encoding.ASCII.GetBytes($"order {i}"));
                }

                var message = await channel.GetAsync("orders");
                await message!.Message.AckAsync();
            },
            new SimOptions { Broker = new() { Users = [new("app", Password)] } });
        using var packets = new MemoryStream();
        PcapngWriter.Write(outcome.Trace, packets, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return (packets.ToArray(), SessionRecording.Parse(text.ToString()));
    }

    private static void AssertSame(SessionRecording expected, SessionRecording actual)
    {
        foreach (var direction in new[] { LinkDirection.ToBroker, LinkDirection.ToClient })
        {
            Assert.Equal(
                Convert.ToHexString(expected.Bytes(direction)), Convert.ToHexString(actual.Bytes(direction)));
        }
    }

    private static List<byte[]> Blocks(byte[] packets)
    {
        var blocks = new List<byte[]>();
        for (var at = 0; at < packets.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(packets.AsSpan(at + 4));
            blocks.Add(packets[at..(at + length)]);
            at += length;
        }

        return blocks;
    }

    /// <summary>A packet as two whose payloads overlap by a byte where they can; null when it has hardly any.</summary>
    private static (byte[] First, byte[] Second)? Halves(byte[] block, ref Prng random)
    {
        var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(BlockHead + 12));
        var packet = block.AsSpan(BlockHead + PacketAt, length).ToArray();
        var payload = packet.Length - TcpAt - 20;
        if (payload < 3)
        {
            return null;
        }

        var middle = 1 + random.NextInt32(payload - 1);
        return (Part(block, packet, 0, middle + 1), Part(block, packet, middle, payload));
    }

    private static byte[] Part(byte[] block, byte[] packet, int from, int to)
    {
        byte[] part = [.. packet[..(TcpAt + 20)], .. packet[(TcpAt + 20 + from)..(TcpAt + 20 + to)]];
        BinaryPrimitives.WriteUInt16BigEndian(part.AsSpan(14 + 2), (ushort)(part.Length - 14));
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(part.AsSpan(TcpAt + 4));
        BinaryPrimitives.WriteUInt32BigEndian(part.AsSpan(TcpAt + 4), sequence + (uint)from);
        var padded = (part.Length + 3) & ~3;
        var made = new byte[BlockHead + PacketAt + padded + 4];
        block.AsSpan(0, BlockHead + 12).CopyTo(made);
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(4), (uint)made.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(BlockHead + 12), (uint)part.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(BlockHead + 16), (uint)part.Length);
        part.CopyTo(made.AsSpan(BlockHead + PacketAt));
        BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(made.Length - 4), (uint)made.Length);
        return made;
    }
}
