namespace Amqp.Transport;

/// <summary>What became of a message of a batch that was not confirmed.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Error">Why: <see cref="PublishNackedException"/>, <see cref="PublishReturnedException"/>,
/// <see cref="PublishBlockedException"/>, or the error that the channel or the connection ended with, after which it is
/// not known what became of the message.</param>
public sealed record PublishFailure(int Index, AmqpException Error);
