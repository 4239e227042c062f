using Amqp.Engine.Spec;

namespace Amqp.Transport;

/// <summary>What a handler of an <see cref="RpcServer"/> answers.</summary>
/// <param name="Body">The body.</param>
/// <param name="Properties">The properties; the correlation id is set to that of the request.</param>
public readonly record struct RpcReply(ReadOnlyMemory<byte> Body, BasicProperties? Properties = null);
