namespace Amqp.GoldenCapture;

/// <summary>What one side sent at once: a frame or a protocol header.</summary>
/// <param name="Direction">C for the client's bytes, S for the server's.</param>
/// <param name="Bytes">All octets of it.</param>
/// <param name="Listing">The reference codec's line for it.</param>
internal sealed record Record(char Direction, byte[] Bytes, string Listing);
