using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>One row of a state table.</summary>
/// <typeparam name="TState">The state's type.</typeparam>
/// <typeparam name="TInput">The input's type.</typeparam>
/// <param name="State">The state before.</param>
/// <param name="Input">What happens.</param>
/// <param name="Verdict">Whether the input is accepted, dropped or a violation.</param>
/// <param name="Next">The state after; the same state unless the verdict is <see cref="StateVerdict.Accept"/>.</param>
/// <param name="Code">The reply code of a violation, otherwise <see cref="ReplyCode.Success"/>.</param>
public readonly record struct StateTransition<TState, TInput>(
    TState State,
    TInput Input,
    StateVerdict Verdict,
    TState Next,
    ReplyCode Code)
    where TState : struct, Enum
    where TInput : struct, Enum;
