using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.Simulation.Audit;

namespace Amqp.Simulation.World;

// From faults to the end: heal, settle, close, take down.
public sealed partial class SimWorld
{
    private bool IsOver()
    {
        if (_options.Reconnect is null)
        {
            return Array.TrueForAll(_clients, IsSingleSessionOver);
        }

        bool haveAllClosed = Array.TrueForAll(_clients, static each => each.User.HasClosed);
        if (_phase == WorldPhase.Faulty && !haveAllClosed
            && Array.TrueForAll(_clients, static each => each.User.AreStepsDone || each.User.HasClosed))
        {
            Heal();
        }

        if (_phase == WorldPhase.Healed && (haveAllClosed || TrySettle()))
        {
            _phase = WorldPhase.Closing;
            if (!haveAllClosed)
            {
                _audit.OnSettled(_broker);
                foreach (WorldClient client in _clients)
                {
                    CloseOpen(client);
                }
            }
        }

        return (_phase == WorldPhase.Closing || haveAllClosed)
            && Array.TrueForAll(_clients, static each => each.Session?.State == ConnectionState.Closed)
            && AreLinksQuiet();
    }

    private static void CloseOpen(WorldClient client)
    {
        if (!client.User.HasClosed)
        {
            client.User.Close();
        }
    }

    private bool IsSingleSessionOver(WorldClient client)
    {
        if (client.Session is not { } session)
        {
            return client is { Attempts: > 0, IsConnecting: false };
        }

        if (session.State == ConnectionState.Closed)
        {
            return AreLinksQuiet(client);
        }

        if (!client.User.AreStepsDone || session.State == ConnectionState.Closing)
        {
            // Once a close was asked for, the run waits for its end: it is bounded by the session's own timeout.
            return false;
        }

        MonoTime end = client.User.LastStepAt + _options.Grace;
        if (_now < end && client.GraceUntil != end)
        {
            client.GraceUntil = end;
            WakeClientAt(end);
        }

        return _now >= end;
    }

    /// <summary>True when everything that is to be settled is.</summary>
    private bool TrySettle()
    {
        foreach (WorldClient client in _clients)
        {
            if (!client.User.HasClosed && !TrySettle(client))
            {
                return false;
            }
        }

        return AreLinksQuiet() && BusyQueue() is null;
    }

    private bool TrySettle(WorldClient client)
    {
        if (!client.User.AreStepsDone || client.Session?.State != ConnectionState.Open || client.User.IsRestoring)
        {
            return false;
        }

        if (!client.User.HasSettledAll)
        {
            Progress();
            client.User.SettleAll();
            return false;
        }

        return client.IsSettled;
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
        foreach (WorldClient client in _clients)
        {
            if (Pending(client) is { } why)
            {
                return _clients.Length == 1
                    ? why
                    : string.Create(CultureInfo.InvariantCulture, $"client {client.Index + 1}: {why}");
            }
        }

        return _options.Reconnect is null || Array.TrueForAll(_clients, IsClosed)
            ? null
            : !AreLinksQuiet() ? "bytes are under way" : BusyQueue();
    }

    private static bool IsClosed(WorldClient client) => client.Session?.State == ConnectionState.Closed;

    private string? Pending(WorldClient client)
    {
        if (client.Session is null)
        {
            return client.IsConnecting || _options.Reconnect is not null ? "the client is not connected" : null;
        }

        ClientAudit audit = client.Audit;
        if (client.Session.State == ConnectionState.Closed)
        {
            return audit.OpenCalls > 0 ? $"{audit.OpenCalls} calls outlive their session"
                : _options.Reconnect is not null && !client.User.HasClosed ? "the client has not connected again"
                : null;
        }

        if (audit.OpenCalls > 0)
        {
            return $"{audit.OpenCalls} calls are not answered";
        }

        if (audit.OpenPublishes > 0)
        {
            return $"{audit.OpenPublishes} publishes are not settled";
        }

        return _options.Reconnect is null ? null : PendingOfReconnecting(client);
    }

    private static string? PendingOfReconnecting(WorldClient client)
    {
        if (client.Session!.State != ConnectionState.Open)
        {
            return $"the session is {client.Session.State}";
        }

        if (client.User.IsRestoring)
        {
            return "the client restores what the lost session had";
        }

        return client.User.AreStepsDone ? null : $"step {client.User.Where} cannot be taken";
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
