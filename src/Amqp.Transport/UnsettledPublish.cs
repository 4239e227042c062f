namespace Amqp.Transport;

/// <summary>A message of which it is not known whether the broker has it, see
/// <see cref="AmqpChannel.Unsettled"/>.</summary>
/// <param name="Message">The message as it was published, with a copy of its body that is the receiver's to keep, and
/// with the message id that it was given. It can be published again as it is.</param>
/// <param name="WasSent">Whether it was sent: then the broker may have it. Otherwise it certainly has not.</param>
public sealed record UnsettledPublish(OutgoingMessage Message, bool WasSent);
