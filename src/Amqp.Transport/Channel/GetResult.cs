namespace Amqp.Transport;

/// <summary>A message that was fetched with <c>basic.get</c>.</summary>
/// <param name="Message">The message; unless it was fetched without acknowledgements it must be settled.</param>
/// <param name="MessageCount">How many messages the queue still held.</param>
public sealed record GetResult(Delivery Message, uint MessageCount);
