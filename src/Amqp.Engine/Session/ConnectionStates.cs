using System.Collections.Immutable;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

// The whole life of a connection, seen from the client (AMQP 0-9-1 section 2.2.4):
//
//   header → start/start-ok → (secure/secure-ok)* → tune/tune-ok, open → open-ok → use → close/close-ok
//
// Everything that can change a connection's state is in this table, and nothing else assigns it.
//
// - The broker may close from connection.start on; the answer is close-ok, and that is the end.
// - After our own close only close-ok counts. A close that crosses ours is answered and changes nothing: the broker's
//   close-ok, or the end of the stream, still ends the connection, once.
// - A SASL challenge (secure) may come between start-ok and tune; one that the mechanism has no answer to is a
//   violation.
// - Whatever is not named is a violation before the close, and is dropped after it.

/// <summary>The table of connection states.</summary>
public static class ConnectionStates
{
    private static readonly StateTable<ConnectionState, ConnectionInput> Table = Build();

    /// <summary>Every (state, input) pair.</summary>
    public static ImmutableArray<StateTransition<ConnectionState, ConnectionInput>> Rows { get; } = Table.Rows;

    /// <summary>Looks one pair up.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What happens.</param>
    /// <returns>The row.</returns>
    public static ref readonly StateTransition<ConnectionState, ConnectionInput> Find(
        ConnectionState state,
        ConnectionInput input) =>
        ref Table[(int)state, (int)input];

    private static StateTable<ConnectionState, ConnectionInput> Build()
    {
        var table = new StateTable<ConnectionState, ConnectionInput>()
            .Default(ConnectionState.Idle, StateVerdict.Refuse)
            .Accept(ConnectionState.Idle, ConnectionInput.LocalStart, ConnectionState.AwaitingStart)
            .Accept(ConnectionState.Idle, ConnectionInput.End, ConnectionState.Closed)
            .Default(ConnectionState.Closed, StateVerdict.Ignore)
            .Refuse(ConnectionState.Closed, ConnectionInput.LocalStart, ConnectionInput.LocalClose);
        foreach (ConnectionState state in (ReadOnlySpan<ConnectionState>)
            [
                ConnectionState.AwaitingStart,
                ConnectionState.AwaitingTune,
                ConnectionState.AwaitingOpenOk,
                ConnectionState.Open,
            ])
        {
            table.Default(state, StateVerdict.Violate, ReplyCode.CommandInvalid)
                .Refuse(state, ConnectionInput.LocalStart, ConnectionInput.LocalClose)
                .Violate(state, ConnectionInput.ChannelFrame, ReplyCode.ChannelError)
                .Accept(state, ConnectionInput.Close, ConnectionState.Closed)
                .Accept(state, ConnectionInput.End, ConnectionState.Closed);
        }

        return table
            .Accept(ConnectionState.AwaitingStart, ConnectionInput.Start, ConnectionState.AwaitingTune)
            .Accept(ConnectionState.AwaitingTune, ConnectionInput.Secure, ConnectionState.AwaitingTune)
            .Accept(ConnectionState.AwaitingTune, ConnectionInput.Tune, ConnectionState.AwaitingOpenOk)
            .Accept(ConnectionState.AwaitingOpenOk, ConnectionInput.OpenOk, ConnectionState.Open)
            .Accept(ConnectionState.Open, ConnectionInput.Blocked, ConnectionState.Open)
            .Accept(ConnectionState.Open, ConnectionInput.Unblocked, ConnectionState.Open)
            .Accept(ConnectionState.Open, ConnectionInput.UpdateSecretOk, ConnectionState.Open)
            .Accept(ConnectionState.Open, ConnectionInput.ChannelFrame, ConnectionState.Open)
            .Accept(ConnectionState.Open, ConnectionInput.LocalClose, ConnectionState.Closing)
            .Default(ConnectionState.Closing, StateVerdict.Ignore)
            .Refuse(ConnectionState.Closing, ConnectionInput.LocalStart, ConnectionInput.LocalClose)
            .Accept(ConnectionState.Closing, ConnectionInput.Close, ConnectionState.Closing)
            .Accept(ConnectionState.Closing, ConnectionInput.CloseOk, ConnectionState.Closed)
            .Accept(ConnectionState.Closing, ConnectionInput.End, ConnectionState.Closed);
    }
}
