using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker;

namespace Amqp.Simulation.World;

// From faults to the end: heal, settle, close, take down.
public sealed partial class SimWorld
{
    private bool IsOver()
    {
        if (_options.Reconnect is null)
        {
            return IsSingleSessionOver();
        }

        if (_phase == WorldPhase.Faulty && _client.AreStepsDone && !_client.HasClosed)
        {
            Heal();
        }

        if (_phase == WorldPhase.Healed && (_client.HasClosed || TrySettle()))
        {
            _phase = WorldPhase.Closing;
            if (!_client.HasClosed)
            {
                _audit.OnSettled(_broker);
                _client.Close();
            }
        }

        return (_phase == WorldPhase.Closing || _client.HasClosed) && Session?.State == ConnectionState.Closed
            && AreLinksQuiet;
    }

    private bool IsSingleSessionOver()
    {
        if (Session is null)
        {
            return _attempts > 0 && !_isConnecting;
        }

        if (Session.State == ConnectionState.Closed)
        {
            return AreLinksQuiet;
        }

        if (!_client.AreStepsDone || Session.State == ConnectionState.Closing)
        {
            // Once a close was asked for, the run waits for its end: it is bounded by the session's own timeout.
            return false;
        }

        MonoTime end = _client.LastStepAt + _options.Grace;
        if (_now < end && _graceUntil != end)
        {
            _graceUntil = end;
            WakeClientAt(end);
        }

        return _now >= end;
    }

    private MonoTime _graceUntil;

    /// <summary>True when everything that is to be settled is.</summary>
    private bool TrySettle()
    {
        if (!_client.AreStepsDone || Session?.State != ConnectionState.Open || _client.IsRestoring)
        {
            return false;
        }

        if (!_client.HasSettledAll)
        {
            Progress();
            _client.SettleAll();
            return false;
        }

        return IsSettled && BusyQueue() is null;
    }

    /// <summary>A queue with consumers that has not been emptied.</summary>
    private string? BusyQueue()
    {
        foreach (QueueInfo queue in _broker.ListQueues())
        {
            if (queue.Unacknowledged > 0)
            {
                return $"queue {queue.Name} has {queue.Unacknowledged} messages that somebody holds";
            }

            if (!queue.Consumers.IsEmpty && queue.Ready > 0)
            {
                return $"queue {queue.Name} has {queue.Ready} messages that its consumers do not get";
            }
        }

        return null;
    }

    /// <summary>Why the world has not settled; null when it has.</summary>
    private string? Pending()
    {
        if (Session is null)
        {
            return _isConnecting || _options.Reconnect is not null ? "the client is not connected" : null;
        }

        if (Session.State == ConnectionState.Closed)
        {
            return _audit.OpenCalls > 0 ? $"{_audit.OpenCalls} calls outlive their session"
                : _options.Reconnect is not null && !_client.HasClosed ? "the client has not connected again"
                : null;
        }

        if (_audit.OpenCalls > 0)
        {
            return $"{_audit.OpenCalls} calls are not answered";
        }

        if (_audit.OpenPublishes > 0)
        {
            return $"{_audit.OpenPublishes} publishes are not settled";
        }

        return _options.Reconnect is null ? null : PendingOfReconnecting();
    }

    private string? PendingOfReconnecting()
    {
        if (Session!.State != ConnectionState.Open)
        {
            return $"the session is {Session.State}";
        }

        if (_client.IsRestoring)
        {
            return "the client restores what the lost session had";
        }

        if (!_client.AreStepsDone)
        {
            return $"step {_client.NextStep + 1} of {_scenario.Steps.Length} cannot be taken: "
                + _scenario.Steps[_client.NextStep];
        }

        return !AreLinksQuiet ? "bytes are under way" : BusyQueue();
    }

    /// <summary>What is left of the connections is ended for the broker, so that it must have let go of all.</summary>
    private void TearDown()
    {
        foreach (SimConnection connection in _connections)
        {
            if (connection.Broker is { WantsClose: false } broker && connection.Session.State == ConnectionState.Closed)
            {
                broker.ReceiveEnd(_brokerClock.At(_now));
            }
        }
    }
}
