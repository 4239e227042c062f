using System.Buffers;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using FsCheck;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A2 and A10 for the frame writer: the bytes depend neither on the output's pieces nor the body's.</summary>
public sealed class OutputProperties
{
    private static readonly int[] FrameSizes = [9, 10, 64, 4096, 4097, 131072];

    private static Gen<Message> Messages { get; } = Gens.From(Message.Make);

    /// <summary>Frames of every kind into outputs that give one byte, odd sizes, or just what was asked for.</summary>
    [Fact]
    public void A2_Pieces_of_the_output_do_not_change_the_bytes()
    {
        Distribution seen = new("several body frames", "one byte at a time");
        Props.ForAll("A2.pieces", Messages, message =>
        {
            byte[] expected = message.Write(new SegmentedWriter(() => 1 << 20));
            byte[] actual = message.Write(new SegmentedWriter(message.Sizes()));
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(actual));
            seen.Case();
            seen.Saw("several body frames", message.Body.Length > message.FrameMax);
            seen.Saw("one byte at a time", message.PieceSeed % 4 == 0);
        });
        seen.Require("A2", 10);
    }

    /// <summary>The body in one span and the body in any segments are written alike.</summary>
    [Fact]
    public void A2_Pieces_of_a_body_do_not_change_the_bytes() =>
        Props.ForAll("A2.body", Gens.From(draw => (Message.Make(draw), Layouts.Cuts(draw, 5000))), c =>
        {
            (Message m, int[] cuts) = c;
            ReadOnlySequence<byte> body = Layouts.Sequence(m.Body, [.. cuts.Where(cut => cut <= m.Body.Length)]);
            var one = new SegmentedWriter();
            var many = new SegmentedWriter(m.Sizes());
            FrameWriter.WriteContent(
                one, m.Channel, m.Exchange, m.Key, true, false, m.Properties, m.Body.AsSpan(), m.FrameMax);
            FrameWriter.WriteContent(
                many, m.Channel, m.Exchange, m.Key, true, false, m.Properties, in body, m.FrameMax);
            Assert.Equal(Convert.ToHexString(one.Written), Convert.ToHexString(many.Written));
        });

    /// <summary>Method, header and body written one by one are what the one call for a whole message writes.</summary>
    [Fact]
    public void A2_A_whole_message_is_its_frames_one_by_one() =>
        Props.ForAll("A2.whole", Messages, m =>
        {
            var whole = new SegmentedWriter();
            FrameWriter.WriteContent(
                whole, m.Channel, m.Exchange, m.Key, true, true, m.Properties, m.Body.AsSpan(), m.FrameMax);
            var parts = new SegmentedWriter();
            var publish = new BasicPublish
            {
                Exchange = m.Exchange,
                RoutingKey = m.Key,
                Mandatory = true,
                Immediate = true,
            };
            FrameWriter.WriteMethod(parts, m.Channel, publish);
            FrameWriter.WriteHeader(parts, m.Channel, m.Properties, (ulong)m.Body.Length);
            FrameWriter.WriteBody(parts, m.Channel, m.Body.AsSpan(), m.FrameMax);
            Assert.Equal(Convert.ToHexString(parts.Written), Convert.ToHexString(whole.Written));
        });

    /// <summary>A body of n bytes makes ceil(n / (frame-max - 8)) frames, none of them longer than frame-max.</summary>
    [Fact]
    public void A10_A_body_is_split_into_the_fewest_frames_that_fit()
    {
        Distribution seen = new("empty", "exactly one frame", "one byte more", "two frames");
        Props.ForAll("A10.body", Gens.From(draw =>
        {
            int frameMax = draw.Pick(FrameSizes);
            return (FrameMax: frameMax, Size: BodyGens.Size(draw, Math.Min(frameMax, 8192)), Seed: draw.Bits());
        }), c =>
        {
            byte[] body = BodyGens.Body(c.Size);
            var output = new SegmentedWriter(Message.SizesFrom(c.Seed));
            FrameWriter.WriteBody(output, 7, body.AsSpan(), c.FrameMax);
            RefParse parse = RefDecoder.Frames(output.Written, c.FrameMax - BodyGens.Overhead);
            Assert.Null(parse.Error);
            Assert.Equal(output.Length, parse.Consumed);
            int full = c.FrameMax - BodyGens.Overhead;
            Assert.Equal((c.Size + full - 1) / full, parse.Frames.Count);
            Assert.All(parse.Frames, f => Assert.Equal((3, 7), (f.Type, f.Channel)));
            Assert.Equal(Convert.ToHexString(body), Convert.ToHexString([.. parse.Frames.SelectMany(f => f.Payload)]));
            seen.Case();
            seen.Saw("empty", c.Size == 0);
            seen.Saw("exactly one frame", c.Size == full);
            seen.Saw("one byte more", c.Size == full + 1);
            seen.Saw("two frames", parse.Frames.Count == 2);
        });
        seen.Require("A10", 2);
    }
}
