using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

// Connecting, and what the world's client asks of the world.
public sealed partial class SimWorld
{
    private static readonly byte[] s_garbage = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_tlsAlert = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

    private int _attempts;

    internal AuditBench Audit => _audit;

    internal MonoTime Now => _now;

    internal MonoTime ClientNow => _clientClock.At(_now);

    /// <summary>True when nothing is under way on the links of a client; null for all of them.</summary>
    internal bool AreLinksQuiet(WorldClient? client = null)
    {
        foreach (SimConnection each in _connections)
        {
            // Of a connection that its client has given up nothing more is to be expected.
            if ((client is null || ReferenceEquals(each.Client, client)) && !each.IsQuiet
                && !(each.Link.IsSilenced && each.IsClientClosed))
            {
                return false;
            }
        }

        return true;
    }

    internal void Mark(WorldMark mark) => _marks |= 1UL << (int)mark;

    internal void Progress() => _progressAt = _now;

    internal void WakeClientAt(MonoTime at) => Schedule(at, new Happening(HappeningKind.Client));

    internal void ConnectIn(WorldClient client, TimeSpan delay)
    {
        client.IsConnecting = true;
        Schedule(_now + delay, new Happening(HappeningKind.Connect, Index: client.Index));
    }

    internal void Record(WorldClient client, CommandRecord command, int index)
    {
        _commands?.Add(command);
        _recorder.Client = client.Index;
        _recorder.Command(command, index);
        client.Audit.OnCommand(command);
    }

    internal void PassedOver(WorldClient client, Step step, string why)
    {
        _recorder.Client = client.Index;
        _recorder.PassedOver(step, client.User.NextStep, why);
    }

    internal void DrainCommands(SimConnection connection)
    {
        EventScope scope = connection.Session.Events();
        Drain(connection, ref scope);
        Flush(connection);
    }

    /// <summary>Hears the broker without being one more thing that a world is to its callers.</summary>
    private sealed class BrokerEar(SimWorld world) : IBrokerObserver
    {
        public void OnEvent(in BrokerEvent e)
        {
            if (e is { Kind: BrokerEventKind.Dropped, Reason: "transient" })
            {
                world.Mark(WorldMark.TransientLost);
            }

            world._audit.OnBroker(e);
        }
    }

    private void Connect(WorldClient client)
    {
        _attempts++;
        client.Attempts++;
        client.IsConnecting = false;
        ConnectFailure? failure = TakeConnectFailure();
        _recorder.World(MarkOf(failure), _attempts);
        Mark(MarkOf(failure));
        switch (failure)
        {
            case ConnectFailure.Refused:
                client.User.OnConnectFailed();
                return;
            case ConnectFailure.Hangs:
                client.IsConnecting = true;
                Schedule(
                    _now + _options.ConnectTimeout, new Happening(HappeningKind.ConnectTimeout, Index: client.Index));
                return;
        }

        SimConnection connection = Open(client);
        client.Current = connection;
        _connections.Add(connection);
        if (failure is null)
        {
            connection.Broker = _broker.Accept(connection.BrokerOutput, _brokerClock.At(_now));
            SetWaitingCuts(connection);
        }

        client.Audit.OnSession(client.Attempts);
        connection.Session.Start(ClientNow);
        Flush(connection);
        if (failure is not null)
        {
            AnswerInstead(connection, failure.Value);
        }
    }

    private SimConnection Open(WorldClient client)
    {
        SimConnection connection = null!;

        // By the client and its attempt, so that what one client does leaves the draws of the others as they were.
        string key = client.Index == 0
            ? $"connection:{client.Attempts}"
            : $"client:{client.Index}:connection:{client.Attempts}";
        var random = client is { Index: 0, Attempts: 1 }
            ? _random
            : new Time.RandomStreams(Prng.DeriveSeed(_random.Seed, key));
        var link = new SimLink(
            _options.Link,
            random,
            (at, signal) => Schedule(at, new Happening(HappeningKind.Link, connection, signal)),
            _recorder.Draw);
        if (_watchesCuts)
        {
            link.WatchFromStart();
        }

        connection = new SimConnection(_attempts, client) { Link = link };
        connection.Session = new AmqpSession(_options.Session, connection.ClientOutput, ClientNow);
        return connection;
    }

    /// <summary>What something that is no broker does with a connection.</summary>
    private void AnswerInstead(SimConnection connection, ConnectFailure failure)
    {
        switch (failure)
        {
            case ConnectFailure.ResetAfterAccept:
                connection.Link.CutNow(CutKind.Reset, LinkDirection.ToBroker, _now);
                break;
            case ConnectFailure.Garbage or ConnectFailure.TlsAlert:
                connection.Link.Send(
                    LinkDirection.ToClient, failure == ConnectFailure.Garbage ? s_garbage : s_tlsAlert, _now);
                connection.Link.Close(LinkDirection.ToClient, _now);
                break;
        }
    }

    private static WorldMark MarkOf(ConnectFailure? failure) => failure switch
    {
        null => WorldMark.Accepted,
        ConnectFailure.Refused => WorldMark.ConnectRefused,
        ConnectFailure.Hangs => WorldMark.ConnectHung,
        ConnectFailure.ResetAfterAccept => WorldMark.ConnectReset,
        ConnectFailure.Mute => WorldMark.ConnectedToMute,
        _ => WorldMark.ConnectedToGarbage,
    };

    private void MarkEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.Delivery or EventKind.GetOk:
                Progress();
                if (e.Redelivered)
                {
                    Mark(WorldMark.Redelivered);
                }

                break;
            case EventKind.PublishSettled:
                Progress();
                if (e.Flag)
                {
                    Mark(WorldMark.Nacked);
                }

                break;
            case EventKind.CallCompleted:
                Progress();
                if (e.Method is Engine.Spec.TxCommitOk)
                {
                    Mark(WorldMark.Committed);
                }

                break;
            case EventKind.PublishReturned:
                Mark(WorldMark.Returned);
                break;
            case EventKind.PublishesLost:
                Mark(WorldMark.PublishesLost);
                break;
            case EventKind.ConsumerCancelled:
                Mark(WorldMark.ConsumerCancelled);
                break;
            case EventKind.Blocked:
                Mark(WorldMark.Blocked);
                break;
            case EventKind.ChannelClosed when e.Reason!.Kind == SessionEndKind.ChannelError:
                Mark(WorldMark.ChannelClosedByBroker);
                break;
            case EventKind.SessionClosed:
                MarkEnd(e.Reason!);
                break;
        }
    }

    private void MarkEnd(SessionEnd end)
    {
        if (end.During < ConnectionState.Open)
        {
            Mark(WorldMark.LostInHandshake);
        }

        switch (end.Kind)
        {
            case SessionEndKind.HeartbeatTimeout:
                Mark(WorldMark.HeartbeatTimeout);
                break;
            case SessionEndKind.ClosedByPeer:
                Mark(WorldMark.ClosedByBroker);
                break;
            case SessionEndKind.ProtocolViolation:
                Mark(WorldMark.Violation);
                break;
        }
    }
}
