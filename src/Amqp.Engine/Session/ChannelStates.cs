using System.Collections.Immutable;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

// The whole life of a channel, seen from the client (AMQP 0-9-1 section 2.2.5). Nothing else assigns a channel's state.
//
// - Frames for a channel that is not open are a channel error (504): the broker and we disagree on what is open.
// - After our close everything is dropped until close-ok. A close that crosses ours is answered and changes nothing:
//   RabbitMQ answers ours as well (measured), so the number stays taken until its close-ok.
// - The broker's close frees the number at once, since nothing follows it.

/// <summary>The table of channel states.</summary>
public static class ChannelStates
{
    private static readonly StateTable<ChannelState, ChannelInput> Table = Build();

    /// <summary>Every (state, input) pair.</summary>
    public static ImmutableArray<StateTransition<ChannelState, ChannelInput>> Rows { get; } = Table.Rows;

    /// <summary>Looks one pair up.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What happens.</param>
    /// <returns>The row.</returns>
    public static ref readonly StateTransition<ChannelState, ChannelInput> Find(
        ChannelState state,
        ChannelInput input) =>
        ref Table[(int)state, (int)input];

    private static StateTable<ChannelState, ChannelInput> Build() =>
        new StateTable<ChannelState, ChannelInput>()
            .Default(ChannelState.Closed, StateVerdict.Violate, ReplyCode.ChannelError)
            .Refuse(ChannelState.Closed, ChannelInput.LocalClose)
            .Accept(ChannelState.Closed, ChannelInput.LocalOpen, ChannelState.Opening)
            .Accept(ChannelState.Closed, ChannelInput.SessionEnd, ChannelState.Closed)
            .Default(ChannelState.Opening, StateVerdict.Violate, ReplyCode.CommandInvalid)
            .Refuse(ChannelState.Opening, ChannelInput.LocalOpen, ChannelInput.LocalClose)
            .Violate(ChannelState.Opening, ChannelInput.ContentFrame, ReplyCode.UnexpectedFrame)
            .Accept(ChannelState.Opening, ChannelInput.OpenOk, ChannelState.Open)
            .Accept(ChannelState.Opening, ChannelInput.Close, ChannelState.Closed)
            .Accept(ChannelState.Opening, ChannelInput.SessionEnd, ChannelState.Closed)
            .Default(ChannelState.Open, StateVerdict.Violate, ReplyCode.CommandInvalid)
            .Refuse(ChannelState.Open, ChannelInput.LocalOpen)
            .Accept(ChannelState.Open, ChannelInput.LocalClose, ChannelState.Closing)
            .Accept(ChannelState.Open, ChannelInput.Close, ChannelState.Closed)
            .Accept(ChannelState.Open, ChannelInput.SessionEnd, ChannelState.Closed)
            .Accept(ChannelState.Open, ChannelInput.Reply, ChannelState.Open)
            .Accept(ChannelState.Open, ChannelInput.ContentMethod, ChannelState.Open)
            .Accept(ChannelState.Open, ChannelInput.ContentFrame, ChannelState.Open)
            .Accept(ChannelState.Open, ChannelInput.Settle, ChannelState.Open)
            .Accept(ChannelState.Open, ChannelInput.Cancel, ChannelState.Open)
            .Accept(ChannelState.Open, ChannelInput.Flow, ChannelState.Open)
            .Default(ChannelState.Closing, StateVerdict.Ignore)
            .Refuse(ChannelState.Closing, ChannelInput.LocalOpen, ChannelInput.LocalClose)
            .Accept(ChannelState.Closing, ChannelInput.Close, ChannelState.Closing)
            .Accept(ChannelState.Closing, ChannelInput.CloseOk, ChannelState.Closed)
            .Accept(ChannelState.Closing, ChannelInput.SessionEnd, ChannelState.Closed);
}
