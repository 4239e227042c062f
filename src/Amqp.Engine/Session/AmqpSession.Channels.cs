using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Opening and closing channels, and the methods that arrive on them (AMQP 0-9-1 section 2.2.5).
public sealed partial class AmqpSession
{
    private ChannelModel?[] _channels = new ChannelModel?[8];
    private int _channelsInUse;
    private int _lowestFree = 1; // every number below is taken

    /// <summary>Opens a channel on the lowest free number.</summary>
    /// <param name="channel">The number, from 1 to the negotiated channel-max.</param>
    /// <param name="id">Names the call; <see cref="EventKind.CallCompleted"/> says that the channel can be
    /// used.</param>
    /// <returns><see cref="CommandResult.NoFreeChannel"/> when as many are in use as were negotiated.</returns>
    public CommandResult OpenChannel(out ushort channel, out RequestId id)
    {
        channel = 0;
        id = default;
        if (State != ConnectionState.Open)
        {
            return CommandResult.NotOpen;
        }

        if (_channelsInUse >= Tuning!.ChannelMax)
        {
            return CommandResult.NoFreeChannel;
        }

        channel = LowestFree();
        var model = new ChannelModel(channel);
        model.Apply(ChannelInput.LocalOpen);
        _channels[channel] = model;
        _channelsInUse++;
        id = NextRequest();
        SendCall(model, new PendingCall(id, new ChannelOpen()));
        return CommandResult.Ok;
    }

    /// <summary>Closes a channel politely, once the calls that are pending on it were answered. From now on it takes no
    /// further command.</summary>
    /// <param name="channel">An open channel.</param>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text; cut to 255 bytes of UTF-8.</param>
    /// <param name="id">Names the call; it completes when the broker answered, or closed the channel itself.</param>
    /// <returns><see cref="CommandResult.ChannelNotOpen"/> when the channel is not open or is closing
    /// already.</returns>
    public CommandResult CloseChannel(ushort channel, ReplyCode code, string text, out RequestId id)
    {
        ArgumentNullException.ThrowIfNull(text);
        id = default;
        if (FindOpen(channel, out ChannelModel model) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        id = NextRequest();
        model.CloseRequested = true;
        model.Waiting.Enqueue(
            new PendingCall(id, new ChannelClose { ReplyCode = (ushort)code, ReplyText = Cut(text) }));
        SendNextCalls(model);
        return CommandResult.Ok;
    }

    private ushort LowestFree()
    {
        int number = _lowestFree;
        while (number < _channels.Length && _channels[number] is not null)
        {
            number++;
        }

        if (number == _channels.Length)
        {
            Array.Resize(ref _channels, Math.Min(_channels.Length * 2, ushort.MaxValue + 1));
        }

        _lowestFree = number + 1;
        return (ushort)number;
    }

    private CommandResult FindOpen(ushort channel, out ChannelModel model)
    {
        model = Find(channel)!;
        if (State != ConnectionState.Open)
        {
            return CommandResult.NotOpen;
        }

        return model is { AcceptsCommands: true } ? CommandResult.Ok : CommandResult.ChannelNotOpen;
    }

    private ChannelModel? Find(ushort channel) => channel < _channels.Length ? _channels[channel] : null;

    private IEnumerable<ChannelModel> OpenChannels()
    {
        foreach (ChannelModel? channel in _channels)
        {
            if (channel is { HasEnded: false })
            {
                yield return channel;
            }
        }
    }

    // Applies an arriving frame to its channel's table. False when it was dropped or ended the session.
    private bool Admit(ushort channel, ChannelInput input, MethodId method, out ChannelModel model)
    {
        model = Find(channel)!;
        ref readonly StateTransition<ConnectionState, ConnectionInput> session =
            ref ConnectionStates.Find(State, ConnectionInput.ChannelFrame);
        if (session.Verdict == StateVerdict.Ignore)
        {
            return false;
        }

        ChannelState state = model?.State ?? ChannelState.Closed;
        ref readonly StateTransition<ChannelState, ChannelInput> row = ref ChannelStates.Find(state, input);
        if (session.Verdict != StateVerdict.Accept || row.Verdict == StateVerdict.Violate)
        {
            Violate(NotAdmitted(
                session.Verdict == StateVerdict.Accept ? row.Code : session.Code,
                channel,
                state,
                method));
            return false;
        }

        if (row.Verdict == StateVerdict.Ignore)
        {
            return false;
        }

        if (input != ChannelInput.ContentFrame && model!.Content.Stage != ContentStage.None)
        {
            Violate(InsideContent(model, method));
            return false;
        }

        model!.Apply(in row);
        return true;
    }

    private static WireError NotAdmitted(ReplyCode code, ushort channel, ChannelState state, MethodId method)
    {
        string what = method == 0 ? "a content frame" : MethodIdExtensions.Name(method);
        return new WireError(code, $"{what} on channel {channel}, which is {state}", method);
    }

    private static WireError InsideContent(ChannelModel model, MethodId method) => new(
        ReplyCode.UnexpectedFrame,
        $"{MethodIdExtensions.Name(method)} on channel {model.Number} where {Due(model.Content.Stage)} was due",
        method);

    private void OnChannelMethod(ushort channel, MethodId id, ReadOnlySpan<byte> payload)
    {
        ChannelInput input = InputOfChannel(id);
        if (!Admit(channel, input, id, out ChannelModel model))
        {
            return;
        }

        WireError error = input switch
        {
            ChannelInput.ContentMethod => OnContentMethod(model, id, payload),
            ChannelInput.Settle => OnSettle(model, id, payload),
            _ => OnOtherChannelMethod(model, payload),
        };
        if (!error.IsNone)
        {
            Violate(error);
        }
    }

    private WireError OnOtherChannelMethod(ChannelModel model, ReadOnlySpan<byte> payload)
    {
        if (!AmqpMethod.TryRead(payload, _options.Limits, out AmqpMethod? method, out WireError error))
        {
            return error;
        }

        switch (method)
        {
            case ChannelClose close:
                OnChannelClose(model, close);
                return default;
            case ChannelCloseOk:
                OnChannelCloseOk(model, method);
                return default;
            case ChannelFlow flow:
                Write(model.Number, new ChannelFlowOk { Active = flow.Active });
                _events.Add(EventKind.ChannelFlow, model.Number).Flag = flow.Active;
                return default;
            case BasicCancel cancel:
                _events.Add(EventKind.ConsumerCancelled, model.Number).Label = cancel.ConsumerTag;
                return default;
            default:
                return OnReply(model, method);
        }
    }

    private static ChannelInput InputOfChannel(MethodId id) => id switch
    {
        MethodId.BasicDeliver or MethodId.BasicReturn or MethodId.BasicGetOk => ChannelInput.ContentMethod,
        MethodId.BasicAck or MethodId.BasicNack => ChannelInput.Settle,
        MethodId.ChannelOpenOk => ChannelInput.OpenOk,
        MethodId.ChannelClose => ChannelInput.Close,
        MethodId.ChannelCloseOk => ChannelInput.CloseOk,
        MethodId.ChannelFlow => ChannelInput.Flow,
        MethodId.BasicCancel => ChannelInput.Cancel,
        _ when IsChannelReply(id) => ChannelInput.Reply,
        _ => ChannelInput.OtherMethod,
    };

    private static bool IsChannelReply(MethodId id) => id is
        MethodId.ChannelFlowOk or MethodId.AccessRequestOk or
        MethodId.ExchangeDeclareOk or MethodId.ExchangeDeleteOk or
        MethodId.ExchangeBindOk or MethodId.ExchangeUnbindOk or
        MethodId.QueueDeclareOk or MethodId.QueueBindOk or MethodId.QueuePurgeOk or
        MethodId.QueueDeleteOk or MethodId.QueueUnbindOk or
        MethodId.BasicQosOk or MethodId.BasicConsumeOk or MethodId.BasicCancelOk or
        MethodId.BasicGetEmpty or MethodId.BasicRecoverOk or
        MethodId.ConfirmSelectOk or MethodId.TxSelectOk or MethodId.TxCommitOk or MethodId.TxRollbackOk;

    private void OnChannelClose(ChannelModel model, ChannelClose close)
    {
        Write(model.Number, new ChannelCloseOk());
        if (model.State == ChannelState.Closed)
        {
            var method = (MethodId)(((uint)close.ClassId << 16) | close.MethodId);
            var reason = new SessionEnd(
                SessionEndKind.ChannelError,
                CloseInitiator.Peer,
                (ReplyCode)close.ReplyCode,
                close.ReplyText,
                method,
                State);
            EndChannel(model, reason, close);
        }
    }

    private void OnChannelCloseOk(ChannelModel model, AmqpMethod reply)
    {
        PendingCall call = model.Sent.Dequeue(); // the state is Closing only while our close is in flight
        var sent = (ChannelClose)call.Method;
        CompleteCall(model.Number, call, reply);
        EndChannel(
            model,
            new SessionEnd(
                SessionEndKind.ClosedByApplication,
                CloseInitiator.Application,
                (ReplyCode)sent.ReplyCode,
                sent.ReplyText,
                0,
                State),
            null);
    }

    // The owner has read that the channel ended. Only now is the number free: an opener inside the same drain would
    // take
    // the events that are left for its own.
    private void ReleaseNumber(ushort channel)
    {
        _channels[channel] = null;
        _lowestFree = Math.Min(_lowestFree, channel);
        _channelsInUse--;
    }

    // A close that we asked for is completed when the broker closed first. The broker answers what it carried out
    // before it closes the channel, so what has no answer then was not carried out.
    private void EndChannel(ChannelModel model, SessionEnd reason, ChannelClose? close)
    {
        model.HasEnded = true;
        CallFailure failure = close is null ? CallFailure.Unknown : CallFailure.NotReached;
        bool isRefused = close is not null && model.InFlight?.Method.Id == reason.Method;
        while (model.Sent.TryDequeue(out PendingCall sent))
        {
            FailCall(model.Number, sent, reason, isRefused ? CallFailure.Refused : failure);
            isRefused = false;
        }

        PendingCall? ownClose = null;
        while (model.Waiting.TryDequeue(out PendingCall call))
        {
            if (close is not null && call.Method is ChannelClose)
            {
                ownClose = call;
            }
            else
            {
                FailCall(model.Number, call, reason, CallFailure.NotReached);
            }
        }

        LosePublishes(model, reason);
        if (ownClose is { } completed)
        {
            CompleteCall(model.Number, completed, new ChannelCloseOk());
        }

        ref EventSlot slot = ref _events.Add(EventKind.ChannelClosed, model.Number);
        slot.Reason = reason;
        slot.Method = close;
    }
}
