using System.Text;
using System.Text.Unicode;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Channel 0: the methods of class connection, and the ways a connection ends.
public sealed partial class AmqpSession
{
    private readonly Queue<PendingCall> _connectionCalls = new();
    private ReplyCode _closeCode = ReplyCode.Success;
    private string _closeText = "";

    /// <summary>Closes the connection politely. The end is told by <see cref="EventKind.SessionClosed"/>: when the
    /// broker
    /// answered, when the stream ended or when <see cref="SessionOptions.CloseTimeout"/> has passed. Before the
    /// connection is open it ends at once.</summary>
    /// <param name="code">The reply code to send, <see cref="ReplyCode.Success"/> for an ordinary close.</param>
    /// <param name="text">The reply text; cut to 255 bytes of UTF-8.</param>
    /// <param name="now">The present moment.</param>
    /// <returns><see cref="CommandResult.NotOpen"/> when the session is closing or closed already.</returns>
    public CommandResult Close(ReplyCode code, string text, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(text);
        Advance(now);
        if (State is ConnectionState.Closing or ConnectionState.Closed)
        {
            return CommandResult.NotOpen;
        }

        _closeCode = code;
        _closeText = text;
        if (State != ConnectionState.Open)
        {
            Finish(ClosedByApplication());
            return CommandResult.Ok;
        }

        Write(0, new ConnectionClose { ReplyCode = (ushort)code, ReplyText = Cut(text) });
        Allow(ConnectionInput.LocalClose, MethodId.ConnectionClose);
        _timers.Disarm(TimerKind.Blocked);
        _timers.Arm(TimerKind.CloseReply, _now + _options.CloseTimeout);
        return CommandResult.Ok;
    }

    private void OnConnectionMethod(MethodId id, ReadOnlySpan<byte> payload)
    {
        ConnectionInput input = InputOf(id);
        StateTransition<ConnectionState, ConnectionInput> row = ConnectionStates.Find(State, input);
        if (row.Verdict == StateVerdict.Ignore)
        {
            return;
        }

        if (!AmqpMethod.TryRead(payload, _options.Limits, out AmqpMethod? method, out WireError error))
        {
            Violate(error);
            return;
        }

        switch (method)
        {
            case ConnectionStart start when row.Verdict == StateVerdict.Accept:
                OnStart(start);
                break;
            case ConnectionSecure secure when row.Verdict == StateVerdict.Accept:
                OnSecure(secure);
                break;
            case ConnectionTune tune:
                OnTune(tune);
                break;
            case ConnectionOpenOk:
                OnOpenOk();
                break;
            case ConnectionClose close:
                OnClose(close);
                break;
            case ConnectionCloseOk:
                if (row.Verdict == StateVerdict.Accept)
                {
                    Finish(ClosedByApplication(), ConnectionInput.CloseOk);
                    break;
                }

                goto default;
            case ConnectionBlocked blocked when Allow(input, id):
                OnBlocked(blocked.Reason);
                break;
            case ConnectionUnblocked when Allow(input, id):
                OnUnblocked();
                break;
            case ConnectionUpdateSecretOk:
                OnConnectionReply(method, input);
                break;
            default:
                Allow(input, id);
                break;
        }
    }

    private static ConnectionInput InputOf(MethodId id) => id switch
    {
        MethodId.ConnectionStart => ConnectionInput.Start,
        MethodId.ConnectionSecure => ConnectionInput.Secure,
        MethodId.ConnectionTune => ConnectionInput.Tune,
        MethodId.ConnectionOpenOk => ConnectionInput.OpenOk,
        MethodId.ConnectionClose => ConnectionInput.Close,
        MethodId.ConnectionCloseOk => ConnectionInput.CloseOk,
        MethodId.ConnectionBlocked => ConnectionInput.Blocked,
        MethodId.ConnectionUnblocked => ConnectionInput.Unblocked,
        MethodId.ConnectionUpdateSecretOk => ConnectionInput.UpdateSecretOk,
        _ => ConnectionInput.OtherMethod,
    };

    private void OnClose(ConnectionClose close)
    {
        ConnectionState during = State;
        StateTransition<ConnectionState, ConnectionInput> row = ConnectionStates.Find(State, ConnectionInput.Close);
        if (row.Verdict != StateVerdict.Accept)
        {
            Allow(ConnectionInput.Close, MethodId.ConnectionClose);
            return;
        }

        Write(0, new ConnectionCloseOk());
        if (row.Next == ConnectionState.Closed)
        {
            var code = (ReplyCode)close.ReplyCode;
            var method = (MethodId)(((uint)close.ClassId << 16) | close.MethodId);
            Finish(
                new SessionEnd(KindOfClose(code, during), CloseInitiator.Peer, code, close.ReplyText, method, during),
                ConnectionInput.Close);
        }
    }

    // Only the state tells a refused login from a refused virtual host: RabbitMQ closes with 403 for both at times.
    private static SessionEndKind KindOfClose(ReplyCode code, ConnectionState during) => (code, during) switch
    {
        (ReplyCode.AccessRefused, ConnectionState.AwaitingTune) => SessionEndKind.AuthenticationRefused,
        (ReplyCode.AccessRefused or ReplyCode.NotAllowed or ReplyCode.InvalidPath, ConnectionState.AwaitingOpenOk) =>
            SessionEndKind.VirtualHostRefused,
        _ => SessionEndKind.ClosedByPeer,
    };

    private void OnBlocked(string reason)
    {
        if (!_isBlocked && _options.BlockedTimeout is { } patience)
        {
            _timers.Arm(TimerKind.Blocked, _now + patience);
        }

        _isBlocked = true;
        _events.Add(EventKind.Blocked, 0).Label = reason;
    }

    private void OnUnblocked()
    {
        _timers.Disarm(TimerKind.Blocked);
        _isBlocked = false;
        _events.Add(EventKind.Unblocked, 0);
    }

    private void OnConnectionReply(AmqpMethod reply, ConnectionInput input)
    {
        if (!Allow(input, reply.Id))
        {
            return;
        }

        if (!_connectionCalls.TryDequeue(out PendingCall call))
        {
            Violate(new WireError(
                ReplyCode.CommandInvalid,
                $"{MethodIdExtensions.Name(reply.Id)} answers no call",
                reply.Id));
            return;
        }

        CompleteCall(0, call, reply);
    }

    // Applies an input to the connection's table. Nothing else assigns the state.
    private bool Allow(ConnectionInput input, MethodId method)
    {
        StateTransition<ConnectionState, ConnectionInput> row = ConnectionStates.Find(State, input);
        switch (row.Verdict)
        {
            case StateVerdict.Accept:
                State = row.Next;
                return true;
            case StateVerdict.Ignore:
                return false;
            case StateVerdict.Violate:
                string what = method == 0 ? $"{input}" : MethodIdExtensions.Name(method);
                Violate(new WireError(row.Code, $"{what} is out of place in connection state {State}", method));
                return false;
            default:
                throw new InvalidOperationException($"{input} is impossible in connection state {State}.");
        }
    }

    // The close is appended before the event is made, so that the peer learns what it did wrong.
    private void Violate(WireError error)
    {
        var end = new SessionEnd(
            SessionEndKind.ProtocolViolation, CloseInitiator.Library, error.Code, error.Text, error.Method, State);
        if (State is not ConnectionState.Closing and not ConnectionState.Closed)
        {
            Write(0, new ConnectionClose
            {
                ReplyCode = (ushort)error.Code,
                ReplyText = Cut($"{error.Code.Name()} - {error.Text}"),
                ClassId = (ushort)((uint)error.Method >> 16),
                MethodId = (ushort)error.Method,
            });
        }

        Finish(end);
    }

    private SessionEnd Ended(SessionEndKind kind, string text, ReplyCode code = ReplyCode.Success) =>
        new(kind, CloseInitiator.Library, code, text, 0, State);

    private SessionEnd ClosedByApplication() =>
        new(SessionEndKind.ClosedByApplication, CloseInitiator.Application, _closeCode, _closeText, 0, State);

    private SessionEnd EndOfStream(StreamEnd end)
    {
        if (State == ConnectionState.Closing && end != StreamEnd.Aborted)
        {
            return ClosedByApplication(); // RabbitMQ may drop the stream right behind a close that crossed ours
        }

        (SessionEndKind kind, string hint) = (end, State) switch
        {
            (StreamEnd.Aborted, _) => (SessionEndKind.Aborted, ""),
            (StreamEnd.Fin, ConnectionState.AwaitingTune) =>
                (SessionEndKind.AuthenticationRefused, " right after the login was sent"),
            (StreamEnd.Fin, ConnectionState.AwaitingOpenOk) =>
                (SessionEndKind.VirtualHostRefused, " right after the virtual host was asked for"),
            (_, ConnectionState.AwaitingStart) => (SessionEndKind.StreamLost, " in answer to the protocol header"),
            _ => (SessionEndKind.StreamLost, ""),
        };
        string inFrame = _leftOver > 0 ? $", {_leftOver} bytes into a frame" : "";
        CloseInitiator initiator = end == StreamEnd.Aborted ? CloseInitiator.Application : CloseInitiator.Peer;
        return new SessionEnd(
            kind,
            initiator,
            ReplyCode.Success,
            $"The byte stream ended ({end}){hint}{inFrame}.",
            0,
            State);
    }

    // The one way out: every pending command is completed, then each channel is told, then the session.
    private void Finish(SessionEnd end, ConnectionInput input = ConnectionInput.End)
    {
        if (!Allow(input, 0))
        {
            return; // it is over already
        }

        _timers.Clear();
        foreach (ChannelModel channel in OpenChannels())
        {
            channel.Apply(ChannelInput.SessionEnd);
            EndChannel(channel, end, null);
        }

        while (_connectionCalls.TryDequeue(out PendingCall call))
        {
            FailCall(0, call, end, CallFailure.Unknown);
        }

        _events.Add(EventKind.SessionClosed, 0).Reason = end;
    }

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= byte.MaxValue)
        {
            return text;
        }

        Span<byte> bytes = stackalloc byte[byte.MaxValue];
        Utf8.FromUtf16(text, bytes, out int used, out _);
        return text[..used];
    }
}
