using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Synchronous methods: one in flight on each channel, or as many as its window allows; later ones wait in order, and
// replies pair with them in order.
// Publishes, acknowledgements and nowait forms do not wait.
public sealed partial class AmqpSession
{
    private ulong _lastRequest;
    private ChannelModel? _callsDue;

    /// <summary>Sends a synchronous method, or queues it behind the calls that are pending on its channel.</summary>
    /// <param name="channel">An open channel; 0 only for <see cref="ConnectionUpdateSecret"/>.</param>
    /// <param name="request">A method that has a reply, without its nowait bit. Channels are opened and closed with
    /// <see cref="OpenChannel"/> and <see cref="CloseChannel"/>.</param>
    /// <param name="id">Names the call. Exactly one <see cref="EventKind.CallCompleted"/>,
    /// <see cref="EventKind.GetOk"/> or
    /// <see cref="EventKind.CallFailed"/> answers it.</param>
    /// <returns>Whether the call was taken.</returns>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes.</exception>
    public CommandResult Call(ushort channel, AmqpMethod request, out RequestId id)
    {
        ArgumentNullException.ThrowIfNull(request);
        id = default;
        if (channel == 0)
        {
            return CallConnection(request, out id);
        }

        if (FindOpen(channel, out ChannelModel model) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        if (!MethodIdExtensions.IsSynchronous(request.Id) || request.HasNoWait || IsManaged(request.Id))
        {
            return CommandResult.InvalidArgument;
        }

        if (request.PayloadLength + FrameWriter.Overhead > Tuning!.FrameMax)
        {
            return CommandResult.HeaderTooLarge;
        }

        if (model.PendingCalls >= _options.Limits.MaxPendingCalls)
        {
            return CommandResult.TooManyPendingCalls;
        }

        id = NextRequest();
        model.Waiting.Enqueue(new PendingCall(id, request));
        SendNextCalls(model);
        return CommandResult.Ok;
    }

    /// <summary>Sends a method that has no reply: a nowait form, <c>basic.recover-async</c>, <c>channel.flow-ok</c>
    /// and the like.</summary>
    /// <param name="channel">An open channel.</param>
    /// <param name="method">The method. <c>basic.publish</c> has a command of its own.</param>
    /// <returns>Whether the method was sent.</returns>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes.</exception>
    public CommandResult Send(ushort channel, AmqpMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (FindOpen(channel, out ChannelModel model) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        if (MethodIdExtensions.HasContent(method.Id)
            || IsManaged(method.Id)
            || (IsChannelReply(method.Id) && method is not ChannelFlowOk)
            || (MethodIdExtensions.IsSynchronous(method.Id) && !method.HasNoWait))
        {
            return CommandResult.InvalidArgument;
        }

        if (method.PayloadLength + FrameWriter.Overhead > Tuning!.FrameMax)
        {
            return CommandResult.HeaderTooLarge;
        }

        Write(channel, method);
        if (method is ConfirmSelect)
        {
            model.Confirms ??= new ConfirmTracker();
        }

        return CommandResult.Ok;
    }

    /// <summary>Lets several calls of a channel be in flight at once, for many of them in one round trip. The broker
    /// works them off in order and drops what follows an error, see <see cref="CallFailure"/>. A close still waits for
    /// the answers to all.</summary>
    /// <param name="channel">An open channel.</param>
    /// <param name="calls">How many, from 1, which is what a new channel has.</param>
    /// <returns>Whether the channel is open.</returns>
    public CommandResult SetCallWindow(ushort channel, int calls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(calls, 1);
        if (FindOpen(channel, out ChannelModel model) is var result && result != CommandResult.Ok)
        {
            return result;
        }

        model.CallWindow = calls;
        SendNextCalls(model);
        return CommandResult.Ok;
    }

    private CommandResult CallConnection(AmqpMethod request, out RequestId id)
    {
        id = default;
        if (State != ConnectionState.Open)
        {
            return CommandResult.NotOpen;
        }

        if (request is not ConnectionUpdateSecret)
        {
            return CommandResult.InvalidArgument;
        }

        if (request.PayloadLength + FrameWriter.Overhead > Tuning!.FrameMax)
        {
            return CommandResult.HeaderTooLarge;
        }

        if (_connectionCalls.Count >= _options.Limits.MaxPendingCalls)
        {
            return CommandResult.TooManyPendingCalls;
        }

        id = NextRequest();
        _connectionCalls.Enqueue(new PendingCall(id, request));
        Write(0, request);
        return CommandResult.Ok;
    }

    // What the session itself sends, and keeps its state by.
    private static bool IsManaged(MethodId id) =>
        MethodIdExtensions.ClassId(id) == 10
        || id is MethodId.ChannelOpen or MethodId.ChannelOpenOk or MethodId.ChannelClose or MethodId.ChannelCloseOk;

    private RequestId NextRequest() => new(++_lastRequest);

    private void SendNextCalls(ChannelModel model)
    {
        while (model.Sent.Count < model.CallWindow
            && !model.IsReceivingGet
            && model.Waiting.TryPeek(out PendingCall call)
            && (call.Method is not ChannelClose || model.Sent.Count == 0))
        {
            SendCall(model, model.Waiting.Dequeue());
        }
    }

    /// <summary>Sends the calls that waited for an answer, once the application has seen it: what it undoes at once, a
    /// consumer that nobody wants any more for one, goes before them.</summary>
    internal void SendDueCalls()
    {
        if (_callsDue is { } model)
        {
            _callsDue = null;
            if (State == ConnectionState.Open && Find(model.Number) == model)
            {
                SendNextCalls(model);
            }
        }
    }

    private void SendCall(ChannelModel model, PendingCall call)
    {
        model.Sent.Enqueue(call);
        Write(model.Number, call.Method);
        switch (call.Method)
        {
            case ConfirmSelect:
                model.Confirms ??= new ConfirmTracker();
                break;
            case ChannelClose:
                model.Apply(ChannelInput.LocalClose);
                model.Content = default; // its rest is dropped
                break;
        }
    }

    private WireError OnReply(ChannelModel model, AmqpMethod reply)
    {
        if (model.InFlight is not { } call || !MethodIdExtensions.IsReply(call.Method.Id, reply.Id))
        {
            string expected = model.InFlight is { } other
                ? $"an answer to {MethodIdExtensions.Name(other.Method.Id)} was due"
                : "no call is pending";
            return new WireError(
                ReplyCode.CommandInvalid,
                $"{MethodIdExtensions.Name(reply.Id)} on channel {model.Number}, where {expected}",
                reply.Id);
        }

        model.Sent.Dequeue();
        CompleteCall(model.Number, call, reply);
        _callsDue = model;
        return default;
    }

    private void CompleteCall(ushort channel, PendingCall call, AmqpMethod reply)
    {
        ref EventSlot slot = ref _events.Add(EventKind.CallCompleted, channel);
        slot.Request = call.Id;
        slot.Method = reply;
    }

    private void FailCall(ushort channel, PendingCall call, SessionEnd reason, CallFailure failure)
    {
        ref EventSlot slot = ref _events.Add(EventKind.CallFailed, channel);
        slot.Request = call.Id;
        slot.Reason = reason;
        slot.Failure = failure;
    }
}
