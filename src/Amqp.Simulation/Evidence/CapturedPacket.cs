namespace Amqp.Simulation.Evidence;

/// <summary>A packet of a capture.</summary>
/// <param name="At">When it was captured.</param>
/// <param name="LinkType">What its first header is, by the numbers of the capture formats.</param>
/// <param name="Bytes">As many of its bytes as were captured.</param>
internal readonly record struct CapturedPacket(DateTimeOffset At, int LinkType, byte[] Bytes);
