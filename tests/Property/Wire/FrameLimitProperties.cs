using System.Buffers;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A7 and A8 for the frame reader: too long is seen on the header, a wrong end on its octet.</summary>
public sealed class FrameLimitProperties
{
    /// <summary>Seven octets that announce more than the limit are refused; those that announce it are not.</summary>
    [Fact]
    public void A7_Frame_longer_than_frame_max_is_refused_on_its_header()
    {
        Distribution seen = new("one too many", "most there is");
        Props.ForAll("A7", Gens.From(draw => (
            Max: draw.Pick(0, 1, 4088, 131064),
            Over: draw.Pick(1UL, 2UL, 1UL << 31, uint.MaxValue, draw.Bits() & 0xFFFFFFFF),
            Type: draw.Pick(1, 2, 3, 8),
            Before: draw.OneIn(2) ? RefEncoder.Frame(new RefFrame(8, 0, [])) : [],
            Cuts: draw.List(2, () => draw.Int(0, 7)))), c =>
        {
            ulong size = Math.Min(uint.MaxValue, (ulong)c.Max + Math.Max(1, c.Over));
            byte[] bytes = [.. c.Before, .. Header(c.Type, (uint)size)];
            int[] cuts = [.. c.Cuts.Order().Select(cut => cut + c.Before.Length)];
            EngineFrames refused = EngineFrames.Read(bytes, c.Max, cuts);
            Assert.Equal(ReplyCode.FrameError, refused.Error.Code);
            Assert.Equal(c.Before.Length, refused.Consumed);

            byte[] allowed = [.. c.Before, .. Header(c.Type, (uint)c.Max)];
            Assert.Equal(default, EngineFrames.Read(allowed, c.Max, cuts).Error);
            Assert.Equal(default, EngineFrames.Read(bytes[..^1], c.Max, [.. cuts.Where(x => x < bytes.Length)]).Error);
            seen.Case();
            seen.Saw("one too many", size == (ulong)c.Max + 1);
            seen.Saw("most there is", size == uint.MaxValue);
        });
        seen.Require("A7", 10);
    }

    /// <summary>A reader that has refused stays where it is.</summary>
    [Fact]
    public void A7_After_a_refusal_nothing_more_is_read()
    {
        byte[] bytes = [.. Header(1, 4089), .. RefEncoder.Frame(new RefFrame(8, 0, []))];
        var input = new ReadOnlySequence<byte>(bytes);
        var reader = new FrameReader(in input, 4088);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(FrameReadStatus.Malformed, reader.TryRead(out _));
            Assert.Equal(0, input.Slice(0, reader.Consumed).Length);
        }
    }

    /// <summary>Any other octet where 0xCE is due is refused with 501, and what came before is kept.</summary>
    [Fact]
    public void A8_Wrong_frame_end_is_refused()
    {
        Distribution seen = new("empty payload", "0xCE in the payload");
        Props.ForAll("A8", Gens.From(draw =>
        {
            byte[] before = RefEncoder.Frames(draw.List(draw.Int(0, 3), () => RefGens.Frame(draw)));
            byte[] payload = draw.Bytes(draw.Int(0, 40));
            byte[] bad = RefEncoder.Frame(new RefFrame(draw.Pick(1, 2, 3, 8), draw.Int(0, 65535), payload));
            bad[^1] ^= (byte)draw.Int(1, 255);
            byte[] bytes = [.. before, .. bad, .. draw.Bytes(draw.Int(0, 5))];
            return (Before: before, Payload: payload, Bytes: bytes, Cuts: Layouts.Cuts(draw, bytes.Length));
        }), c =>
        {
            EngineFrames read = EngineFrames.Read(c.Bytes, 65536, c.Cuts);
            Assert.Equal(ReplyCode.FrameError, read.Error.Code);
            Assert.Equal(c.Before.Length, read.Consumed);
            Assert.Equal(RefDecoder.Frames(c.Before, 65536).Frames.Count, read.Frames.Count);
            seen.Case();
            seen.Saw("empty payload", c.Payload.Length == 0);
            seen.Saw("0xCE in the payload", c.Payload.Contains((byte)0xCE));
        });
        seen.Require("A8", 1);
    }

    private static byte[] Header(int type, uint size) =>
        [(byte)type, 0, 1, (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size];
}
