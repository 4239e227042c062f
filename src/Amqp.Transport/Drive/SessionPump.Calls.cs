using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;

namespace Amqp.Transport.Drive;

// Calls and their replies. A call that its caller has given up keeps its place, so that the late reply finds it.
internal sealed partial class SessionPump
{
    private readonly Dictionary<ulong, RpcCall> _calls = [];

    /// <summary>Whether somebody waits for an answer.</summary>
    public bool HasCalls => _calls.Count > 0;

    /// <summary>Remembers who waits for a request.</summary>
    public void Track(RequestId id, RpcCall call) => _calls.Add(id.Value, call);

    /// <summary>Turns a refused command into an exception.</summary>
    public AmqpException Refused(CommandResult result, AmqpChannel? channel)
    {
        if (result == CommandResult.StaleDelivery)
        {
            return new AmqpStaleDeliveryException();
        }

        if (result == CommandResult.NotOpen)
        {
            return IsOver
                ? Reasons.ForConnection(End!, EndCause)
                : new AmqpConnectionClosedException(new SessionEnd(
                    SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success,
                    "The connection is being closed.", 0, Session.State));
        }

        return result == CommandResult.ChannelNotOpen && channel is not null
            ? channel.WhyClosed()
            : Reasons.ForMisuse(result);
    }

    private RpcCall? TakeCall(RequestId id) => _calls.Remove(id.Value, out RpcCall? call) ? call : null;

    private void OnCallCompleted(RequestId id, AmqpMethod reply, CompletionBatch batch)
    {
        if (TakeCall(id) is { } call)
        {
            _owner.OnReplied(call, reply);
            call.OnReply(reply, batch);
        }
    }

    private void OnCallFailed(RequestId id, ushort channel, SessionEnd reason, CompletionBatch batch)
    {
        if (TakeCall(id) is { } call)
        {
            bool sessionOver = Session.State == ConnectionState.Closed;
            batch.Add(call, Reasons.ForChannel(reason, channel, sessionOver, EndCause));
        }
    }
}
