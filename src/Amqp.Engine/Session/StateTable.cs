using System.Collections.Immutable;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>A complete table over every (state, input) pair. Pairs that are not named take the state's default, so
/// that nothing is ever undefined.</summary>
internal sealed class StateTable<TState, TInput>
    where TState : struct, Enum
    where TInput : struct, Enum
{
    private readonly StateTransition<TState, TInput>[] _cells; // one row of inputs after the other
    private readonly TState[] _states = Enum.GetValues<TState>();
    private readonly TInput[] _inputs = Enum.GetValues<TInput>();

    public StateTable() => _cells = new StateTransition<TState, TInput>[_states.Length * _inputs.Length];

    public ref readonly StateTransition<TState, TInput> this[int state, int input] =>
        ref _cells[(state * _inputs.Length) + input];

    public ImmutableArray<StateTransition<TState, TInput>> Rows => [.. _cells];

    /// <summary>Sets what every input does in a state, before single pairs are named.</summary>
    public StateTable<TState, TInput> Default(TState state, StateVerdict verdict, ReplyCode code = ReplyCode.Success)
    {
        int s = Array.IndexOf(_states, state);
        for (int i = 0; i < _inputs.Length; i++)
        {
            _cells[(s * _inputs.Length) + i] = new(state, _inputs[i], verdict, state, code);
        }

        return this;
    }

    public StateTable<TState, TInput> Accept(TState state, TInput input, TState next) =>
        Set(new(state, input, StateVerdict.Accept, next, ReplyCode.Success));

    public StateTable<TState, TInput> Refuse(TState state, params ReadOnlySpan<TInput> inputs)
    {
        foreach (TInput input in inputs)
        {
            Set(new(state, input, StateVerdict.Refuse, state, ReplyCode.Success));
        }

        return this;
    }

    public StateTable<TState, TInput> Violate(TState state, TInput input, ReplyCode code) =>
        Set(new(state, input, StateVerdict.Violate, state, code));

    private StateTable<TState, TInput> Set(StateTransition<TState, TInput> row)
    {
        _cells[(Array.IndexOf(_states, row.State) * _inputs.Length) + Array.IndexOf(_inputs, row.Input)] = row;
        return this;
    }
}
