using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;

namespace Amqp.Property.Wire;

/// <summary>A message to publish, a method and a heartbeat, with the sizes of the output's pieces.</summary>
internal sealed record Message(
    ushort Channel,
    string Exchange,
    string Key,
    AmqpMethod Method,
    BasicProperties Properties,
    byte[] Body,
    int FrameMax,
    ulong PieceSeed)
{
    /// <summary>Any message whose body is around a multiple of the frame size.</summary>
    public static Message Make(Draw draw)
    {
        int frameMax = draw.Pick(9, 16, 200, 1024);
        return new Message(
            draw.Pick<ushort>(1, 2, 65535),
            draw.Text(),
            draw.Text(),
            MethodGens.Make(draw),
            PropertiesGens.Make(draw),
            BodyGens.Body(BodyGens.Size(draw, frameMax)),
            frameMax,
            draw.Bits());
    }

    /// <summary>Piece sizes: always one byte for a seed that is a multiple of four, else anything.</summary>
    public Func<int> Sizes() => SizesFrom(PieceSeed);

    /// <inheritdoc cref="Sizes"/>
    public static Func<int> SizesFrom(ulong seed)
    {
        if (seed % 4 == 0)
        {
            return () => 1;
        }

        var prng = new Prng(seed);
        return () => 1 + prng.NextInt32(300);
    }

    /// <summary>Writes every kind of frame and returns the bytes.</summary>
    public byte[] Write(SegmentedWriter output)
    {
        FrameWriter.WriteMethod(output, Channel, Method);
        FrameWriter.WriteHeartbeat(output);
        FrameWriter.WriteHeader(output, Channel, Properties, ulong.MaxValue);
        FrameWriter.WriteBody(output, Channel, Body.AsSpan(), FrameMax);
        FrameWriter.WriteBody(output, Channel, new ReadOnlySequence<byte>(Body), FrameMax);
        FrameWriter.WriteContent(output, Channel, Exchange, Key, true, false, Properties, Body.AsSpan(), FrameMax);
        FrameWriter.WriteDelivery(output, Channel, Key, 3, true, Exchange, Key, Properties, Body.AsSpan(), FrameMax);
        return output.Written;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"channel {Channel}, {Method}, exchange '{Exchange}', key '{Key}', {Properties}, body of {Body.Length}, "
        + $"frame-max {FrameMax}, pieces {PieceSeed}";
}
