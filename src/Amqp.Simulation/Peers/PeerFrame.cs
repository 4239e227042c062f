using Amqp.Engine.Base;
using Amqp.Engine.Spec;

namespace Amqp.Simulation.Peers;

/// <summary>A frame that the session sent, as the scripted peer read it.</summary>
/// <param name="Type">The frame's type.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="Payload">Its payload, without header and frame end.</param>
public sealed record PeerFrame(FrameType Type, ushort Channel, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The method in a method frame, or null when the frame holds another thing or cannot be read.</summary>
    public AmqpMethod? Method =>
        Type == FrameType.Method && AmqpMethod.TryRead(Payload.Span, AmqpLimits.Default, out AmqpMethod? method, out _)
            ? method
            : null;

    /// <summary>Type, channel and method or length.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => $"{Type} ch={Channel} {Method?.ToString() ?? $"{Payload.Length} bytes"}";
}
