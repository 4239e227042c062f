namespace Amqp.Property.ReferenceCodec;

/// <summary>What a byte string holds: whole frames, then either an error or an unfinished rest.</summary>
/// <param name="Frames">The frames before the error or the rest.</param>
/// <param name="Consumed">Octets of those frames.</param>
/// <param name="Error">Why the next frame is wrong, or null when more octets are wanted.</param>
public sealed record RefParse(IReadOnlyList<RefFrame> Frames, int Consumed, string? Error);
