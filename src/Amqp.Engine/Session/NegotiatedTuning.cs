namespace Amqp.Engine.Session;

/// <summary>What both sides agreed on in the handshake (AMQP 0-9-1 section 1.4.2.5).</summary>
/// <param name="ChannelMax">The highest channel number in use, and so how many channels can be open, 1 to
/// 65535.</param>
/// <param name="FrameMax">The longest frame in bytes, its 8 bytes of envelope included, 4096 and up.</param>
/// <param name="Heartbeat">The heartbeat interval in whole seconds; zero when heartbeats are off.</param>
public sealed record NegotiatedTuning(ushort ChannelMax, uint FrameMax, TimeSpan Heartbeat);
