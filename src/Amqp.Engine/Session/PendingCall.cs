using Amqp.Engine.Commands;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>A call that awaits its turn or its answer.</summary>
internal readonly record struct PendingCall(RequestId Id, AmqpMethod Method);
