using Amqp.Engine.Events;
using Amqp.Engine.Session;

namespace Amqp.Transport.Drive;

// Where each event of the engine goes.
internal sealed partial class SessionPump
{
    private void Drain(ref EventScope scope, CompletionBatch batch)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            switch (e.Kind)
            {
                case EventKind.Delivery:
                    Deliveries++;
                    Find(e.Channel)?.OnDelivery(in e, batch);
                    break;
                case EventKind.Body:
                    Find(e.Channel)?.OnBody(in e, batch);
                    break;
                case EventKind.PublishSettled:
                    Find(e.Channel)?.OnSettled(e.FromSequence, e.ToSequence, e.Nacked, batch);
                    break;
                default:
                    Route(in e, batch);
                    break;
            }
        }
    }

    private void Route(in AmqpEvent e, CompletionBatch batch)
    {
        if (Replay is { } replay && replay.Handle(in e))
        {
            OnReplayMoved(batch);
            return;
        }

        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                _owner.OnOpened(batch);
                break;
            case EventKind.CallCompleted:
                OnCallCompleted(e.Request, e.Method!, batch);
                break;
            case EventKind.CallFailed:
                OnCallFailed(e.Request, e.Channel, e.Reason!, batch);
                break;
            case EventKind.GetOk:
                Find(e.Channel)?.OnGetOk(in e, TakeCall(e.Request), batch);
                break;
            case EventKind.Return:
                Find(e.Channel)?.OnReturn(in e, batch);
                break;
            case EventKind.PublishReturned:
                Find(e.Channel)?.OnPublishReturned(e.FromSequence);
                break;
            case EventKind.PublishesLost:
                Find(e.Channel)?.OnPublishesLost(e.FromSequence, e.ToSequence, e.Reason!, batch);
                break;
            case EventKind.ConsumerCancelled:
                Find(e.Channel)?.OnConsumerCancelled(e.ConsumerTag, batch);
                break;
            case EventKind.ChannelFlow:
                Find(e.Channel)?.OnFlow(e.FlowActive, batch);
                break;
            case EventKind.ChannelClosed:
                OnChannelClosed(e.Channel, e.Reason!, batch);
                break;
            case EventKind.Blocked:
                OnBlocked(e.Text, batch);
                break;
            case EventKind.Unblocked:
                OnUnblocked(batch);
                break;
            case EventKind.SessionClosed:
                OnSessionClosed(e.Reason!, batch);
                break;
        }
    }

    private void OnChannelClosed(ushort number, SessionEnd reason, CompletionBatch batch)
    {
        if (Find(number) is { } channel)
        {
            _channels[number] = null;
            if (Session.State == ConnectionState.Closed && _owner.WillRecover(reason))
            {
                channel.Suspend(reason, batch);
            }
            else
            {
                channel.OnClosed(reason, batch);
            }
        }
    }

    private void OnSessionClosed(SessionEnd reason, CompletionBatch batch)
    {
        End = reason;
        Replay = null;
        foreach (RpcCall call in _calls.Values)
        {
            batch.Add(call, Reasons.ForConnection(reason, EndCause));
        }

        _calls.Clear();
        Bodies.Close();
        _owner.OnClosed(reason, batch);
    }
}
