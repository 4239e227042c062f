using System.Buffers;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>What the engine's frame reader makes of a byte string: the frames, how much they took, the error.</summary>
internal sealed record EngineFrames(IReadOnlyList<RefFrame> Frames, long Consumed, WireError Error)
{
    /// <summary>Reads the whole string at once, in the given segments.</summary>
    public static EngineFrames Read(byte[] bytes, int maxPayload, params int[] cuts)
    {
        ReadOnlySequence<byte> input = Layouts.Sequence(bytes, cuts);
        var frames = new List<RefFrame>();
        var reader = new FrameReader(in input, maxPayload);
        FrameReadStatus status = Drain(ref reader, frames);
        Assert.Equal(status == FrameReadStatus.Malformed, reader.Error != default);
        return new EngineFrames(frames, Taken(in input, reader.Consumed), reader.Error);
    }

    /// <summary>Gives the string piece by piece, what was not consumed in front of what is new.</summary>
    public static EngineFrames ReadInCalls(byte[] bytes, int maxPayload, int[] calls, Func<int, int[]> layout)
    {
        var frames = new List<RefFrame>();
        var consumed = 0;
        foreach (int end in calls.Append(bytes.Length))
        {
            byte[] given = bytes[consumed..end];
            ReadOnlySequence<byte> input = Layouts.Sequence(given, layout(given.Length));
            var reader = new FrameReader(in input, maxPayload);
            FrameReadStatus status = Drain(ref reader, frames);
            consumed += (int)Taken(in input, reader.Consumed);
            if (status == FrameReadStatus.Malformed)
            {
                return new EngineFrames(frames, consumed, reader.Error);
            }
        }

        return new EngineFrames(frames, consumed, default);
    }

    /// <summary>One line a frame, and the end.</summary>
    public string Listing() =>
        string.Join('\n', Frames.Select(f => $"{f.Type} {f.Channel} {Convert.ToHexString(f.Payload)}"));

    /// <summary>The same for the reference decoder.</summary>
    public static string Listing(RefParse parse) =>
        string.Join('\n', parse.Frames.Select(f => $"{f.Type} {f.Channel} {Convert.ToHexString(f.Payload)}"));

    // From the far end: Slice(0, position) throws when a sequence starts with empty segments.
    private static long Taken(in ReadOnlySequence<byte> input, SequencePosition to) =>
        input.Length - input.Slice(to).Length;

    private static FrameReadStatus Drain(scoped ref FrameReader reader, List<RefFrame> frames)
    {
        FrameReadStatus status;
        while ((status = reader.TryRead(out Frame frame)) == FrameReadStatus.Complete)
        {
            byte[] payload = frame.Payload.ToArray();
            var copy = new byte[frame.Length];
            frame.CopyTo(copy);
            Assert.Equal(payload, copy);
            Assert.True(!frame.TryGetSpan(out ReadOnlySpan<byte> span) || span.SequenceEqual(payload));
            frames.Add(new RefFrame((int)frame.Type, frame.Channel, payload));
        }

        return status;
    }
}
