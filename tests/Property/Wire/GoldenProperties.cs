using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A5: sessions recorded from a real RabbitMQ decode to their listing and re-encode to their bytes.</summary>
public sealed class GoldenProperties
{
    private const int MaxPayload = 1 << 20;

    /// <summary>The names of the recorded sessions.</summary>
    public static TheoryData<string> Names => [.. GoldenFile.All.Select(g => g.Name)];

    /// <summary>Both directions, by the engine and by the reference codec.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A5_Recorded_sessions_decode_to_their_listing_and_encode_to_their_bytes(string name)
    {
        GoldenFile golden = GoldenFile.All.Single(g => g.Name == name);
        Assert.NotEmpty(golden.Records);
        foreach (GoldenFile.Record record in golden.Records)
        {
            string expected = Convert.ToHexString(record.Bytes);
            if (record.Listing.StartsWith("protocol header", StringComparison.Ordinal))
            {
                Assert.True(record.Direction == 'S' || record.Bytes[5..].SequenceEqual((byte[])[0, 8, 0])
                    || record.Bytes.AsSpan().SequenceEqual(FrameWriter.ProtocolHeader));
                continue;
            }

            if (record.Listing.StartsWith("not a frame", StringComparison.Ordinal))
            {
                Assert.Equal(ReplyCode.FrameError, EngineFrames.Read(record.Bytes, MaxPayload).Error.Code);
                continue;
            }

            RefFrame slow = Assert.Single(RefDecoder.Frames(record.Bytes, MaxPayload).Frames);
            RefFrame fast = Assert.Single(EngineFrames.Read(record.Bytes, MaxPayload).Frames);
            Assert.Equal(record.Listing, RefListing.Frame(slow));
            Assert.Equal(record.Listing, Listing(fast, out byte[] again));
            Assert.Equal(expected, Convert.ToHexString(again));
            Assert.Equal(expected, Convert.ToHexString(Slow(slow)));
        }
    }

    /// <summary>A whole direction as one stream, cut anywhere.</summary>
    [Fact]
    public void A5_Recorded_streams_decode_alike_however_they_are_cut() =>
        Props.ForAll("A5.cut", Gens.From(draw =>
        {
            GoldenFile golden = draw.Pick(GoldenFile.All.Where(g => !g.Name.StartsWith("refused-version")).ToList());
            byte[] bytes = golden.Stream('S');
            return (golden.Name, Bytes: bytes, Cuts: Layouts.Cuts(draw, bytes.Length));
        }), c =>
        {
            EngineFrames whole = EngineFrames.Read(c.Bytes, MaxPayload);
            Assert.Equal(c.Bytes.Length, whole.Consumed);
            Assert.Equal(whole.Listing(), EngineFrames.Read(c.Bytes, MaxPayload, c.Cuts).Listing());
            Assert.Equal(whole.Listing(), EngineFrames.ReadInCalls(c.Bytes, MaxPayload, c.Cuts, _ => []).Listing());
        }, cases: 1000);

    /// <summary>The recordings show every property, every field type and nearly every method.</summary>
    [Fact]
    public void A5_The_recordings_cover_the_protocol()
    {
        string all = string.Join('\n', GoldenFile.All.SelectMany(g => g.Records).Select(r => r.Direction + r.Listing));
        foreach (RefMethodSpec spec in RefSpec.Methods)
        {
            string[] unused =
            [
                "connection.secure", "connection.secure-ok", "access.request", "access.request-ok",
                "basic.recover-async",
            ];
            Assert.True(all.Contains($" {spec.Name}") || unused.Contains(spec.Name), spec.Name);
        }

        Assert.All(RefSpec.Properties, p => Assert.Contains($" {p.Name}=", all));
        Assert.All("tbBsuIilLfdDSxTV", tag => Assert.Contains($": {tag}(", all));
        Assert.All("AF", tag => Assert.True(all.Contains($": {tag}[") || all.Contains($": {tag}{{"), $"no {tag}"));
        Assert.All(GoldenFile.All, g => Assert.Matches("RabbitMQ( [0-9]+\\.[0-9]+\\.[0-9]+| \\(it)", g.Broker));
    }

    private static string Listing(RefFrame frame, out byte[] again)
    {
        var output = new SegmentedWriter();
        string listing;
        switch (frame.Type)
        {
            case 1:
                AmqpMethod method = Decode.Method(frame.Payload);
                FrameWriter.WriteMethod(output, (ushort)frame.Channel, method);
                listing = RefListing.Method(EngineTree.Of(method));
                break;
            case 2:
                (BasicProperties properties, ulong size) = Decode.Header(frame.Payload);
                FrameWriter.WriteHeader(output, (ushort)frame.Channel, properties, size);
                listing = RefListing.Header(new RefHeader(60, size, EngineTree.Of(properties)));
                break;
            case 3:
                FrameWriter.WriteBody(output, (ushort)frame.Channel, frame.Payload.AsSpan(), MaxPayload);
                listing = $"body {frame.Payload.Length} {RefListing.Text(frame.Payload)}";
                break;
            default:
                FrameWriter.WriteHeartbeat(output);
                listing = $"heartbeat {RefListing.Text(frame.Payload)}";
                break;
        }

        again = output.Written;
        return $"ch={frame.Channel} {listing}";
    }

    private static byte[] Slow(RefFrame frame) => RefEncoder.Frame(frame with
    {
        Payload = frame.Type switch
        {
            1 => RefEncoder.Method(RefDecoder.Method(frame.Payload)),
            2 => RefEncoder.Header(RefDecoder.Header(frame.Payload)),
            _ => frame.Payload,
        },
    });
}
