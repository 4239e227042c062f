namespace Amqp.Engine.Commands;

/// <summary>Names one call within a session. Each is answered by exactly one completion event.</summary>
/// <param name="Value">Counts up from 1; 0 names no call.</param>
public readonly record struct RequestId(ulong Value);
