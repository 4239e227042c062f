using Amqp.Engine.Session;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Events;

/// <summary>Why a session, a channel or a call ended. Never holds a secret.</summary>
/// <param name="Kind">The class of the reason.</param>
/// <param name="Initiator">Who ended it.</param>
/// <param name="Code">The reply code that was sent or received; <see cref="ReplyCode.Success"/> when there was
/// none.</param>
/// <param name="Text">A text for people: the peer's reply text, or what the engine found wrong and where.</param>
/// <param name="Method">The method that was at fault, or 0.</param>
/// <param name="During">The state the connection was in.</param>
public sealed record SessionEnd(
    SessionEndKind Kind,
    CloseInitiator Initiator,
    ReplyCode Code,
    string Text,
    MethodId Method,
    ConnectionState During);
