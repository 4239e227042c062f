using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;
using Amqp.Transport.Publish;

namespace Amqp.Transport;

// Publishes that may not be encoded yet: the output is full, the window of unsettled publishes is, the broker has
// stopped the channel's flow, or it keeps the connection blocked. All of this is guarded by the gate.
public sealed partial class AmqpChannel
{
    private readonly PublishList _waiting = new();
    private bool _isWaiting;

    /// <summary>Whether the pump's queue of waiting channels holds this one. Guarded by the gate.</summary>
    internal bool IsQueued { get; set; }

    internal bool AdmitWaiting(CompletionBatch batch)
    {
        while (_waiting.First is { } source && HasRoom())
        {
            PublishSource? sent = source;
            CommandResult result = Encode(
                source.Exchange, source.RoutingKey, source.Body, source.Properties, source.Mandatory, ref sent);
            Leave(source);
            if (source.State != PublishState.Waiting)
            {
                continue; // it waits for its confirm now
            }

            source.State = PublishState.Idle;
            if (source.IsDetached)
            {
                ReturnSource(source); // its caller has gone on
            }
            else
            {
                batch.Add(source, result == CommandResult.Ok ? null : _pump.Refused(result, this));
            }
        }

        _isWaiting = _waiting.First is not null;
        return !_isWaiting;
    }

    /// <summary>Gives up a publish, unless it has ended, or serves another batch by now.</summary>
    internal bool TryAbandon(PublishSource source, PublishBatch? batch = null)
    {
        lock (_pump.Gate)
        {
            if (source.Batch != batch)
            {
                return false;
            }

            switch (source.State)
            {
                case PublishState.Waiting:
                    Leave(source);
                    break;
                case PublishState.Sent:
                    _ring.Remove(source.Sequence);
                    break;
                default:
                    return false;
            }

            source.State = PublishState.Idle;
            return true;
        }
    }

    /// <summary>Fails what waits because the connection is blocked now.</summary>
    internal void FailBlocked(CompletionBatch batch)
    {
        while (_waiting.First is { } source)
        {
            Leave(source);
            source.State = PublishState.Idle;
            batch.Add(source, new PublishBlockedException(_pump.BlockedReason!));
        }

        _isWaiting = false;
    }

    private void AdmitInInput(CompletionBatch batch)
    {
        if (_isWaiting)
        {
            long before = _pump.Output.PendingBytes;
            AdmitWaiting(batch);
            _pump.CountReplies(before - _pump.Output.PendingBytes); // the pump counts them with the input's replies
        }
    }

    private bool MayPublish() => !_isWaiting && HasRoom();

    private bool HasRoom() =>
        _pump.HasRoom
        && !_flowStopped
        && _unsettled < _maxUnsettled
        && (_unsettled == 0 || _pump.Session.HasPublishWindow((ushort)Number));

    // A channel is in the pump's queue once at most, and leaves it when the pump finds nothing to admit. Confirms may
    // empty its list before that.
    private void JoinWaiting()
    {
        _isWaiting = true;
        if (!IsQueued)
        {
            IsQueued = true;
            _pump.AddWaiting(this);
        }
    }

    // Takes a publish that has to wait, or says why it may not.
    private AmqpException? Hold(
        string exchange,
        string routingKey,
        ReadOnlyMemory<byte> body,
        BasicProperties properties,
        bool mandatory,
        out PublishSource? source)
    {
        source = null;
        bool isDetached = false;
        long setAside = 0;
        if (_pump.HoldPolicy.Action != BlockedAction.Wait)
        {
            CommandResult result = Check(exchange, routingKey, properties, body.Length);
            if (result != CommandResult.Ok)
            {
                return _pump.Refused(result, this); // nobody could be told later
            }

            setAside = body.Length + BlockedPolicy.BytesPerMessage;
            if (!_pump.TrySetAside(setAside))
            {
                return _pump.WhyHeld();
            }

            isDetached = !_confirms && !_isTransactional; // a commit must not overtake what it commits
        }

        PublishSource held = RentSource();
        held.Hold(exchange, routingKey, isDetached ? body.ToArray() : body, properties, mandatory);
        held.SetAside = setAside;
        held.IsDetached = isDetached;
        _waiting.Append(held);
        JoinWaiting();
        source = isDetached ? null : held;
        return null;
    }

    private CommandResult Check(string exchange, string routingKey, BasicProperties properties, int length)
    {
        if (_pump.IsSuspended)
        {
            return CheckNames(exchange, routingKey); // what was negotiated is not known now
        }

        try
        {
            return _pump.Session.CheckPublish((ushort)Number, exchange, routingKey, properties, length);
        }
        catch (ArgumentException)
        {
            return CommandResult.InvalidArgument;
        }
    }

    private void Leave(PublishSource source)
    {
        _waiting.Remove(source);
        _pump.TakeBack(source.SetAside);
        source.SetAside = 0;
        if (source.State != PublishState.Sent || !_resends)
        {
            source.Release();
        }
    }

    private void FailWaiting(SessionEnd reason, CompletionBatch batch)
    {
        int dropped = 0;
        while (_waiting.First is { } source)
        {
            NoteUnsettled(source, source.WasSent);
            Leave(source);
            if (source.IsDetached)
            {
                dropped++;
                continue;
            }

            source.State = PublishState.Idle;
            batch.Add(source, ToException(reason));
        }

        ListNotSettled();
        if (dropped > 0)
        {
            batch.Defer(() => Log.BufferedPublishesLost(_connection.Logger, Number, dropped));
        }
    }
}
