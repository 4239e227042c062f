using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

// Connecting, and what the world's client asks of the world.
public sealed partial class SimWorld
{
    private static readonly byte[] s_garbage = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_tlsAlert = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];

    private int _attempts;
    private bool _isConnecting;

    internal AmqpSession? Session => _current?.Session;

    internal MonoTime Now => _now;

    internal MonoTime ClientNow => _clientClock.At(_now);

    internal int OpenCalls => _audit.OpenCalls;

    internal bool IsSettled => _audit.OpenCalls == 0 && _audit.OpenPublishes == 0 && AreLinksQuiet;

    private bool AreLinksQuiet
    {
        get
        {
            foreach (SimConnection each in _connections)
            {
                // Of a connection that its client has given up nothing more is to be expected.
                if (!each.Link.IsQuiet && !(each.Link.IsSilenced && each.IsClientClosed))
                {
                    return false;
                }
            }

            return true;
        }
    }

    internal void Mark(WorldMark mark) => _marks |= 1UL << (int)mark;

    internal void Progress() => _progressAt = _now;

    internal void WakeClientAt(MonoTime at) => Schedule(at, new Happening(HappeningKind.Client));

    internal void ConnectIn(TimeSpan delay)
    {
        _isConnecting = true;
        Schedule(_now + delay, new Happening(HappeningKind.Connect));
    }

    internal void Record(CommandRecord command, int index)
    {
        _commands?.Add(command);
        _recorder.Command(command, index);
        _audit.OnCommand(command);
    }

    internal void PassedOver(Step step, string why) => _recorder.PassedOver(step, _client.NextStep, why);

    internal void FlushCurrent()
    {
        if (_current is { } connection)
        {
            Flush(connection);
        }
    }

    /// <summary>Drains what commands made happen without any input, and sends what they wrote.</summary>
    internal void AfterCommands()
    {
        if (_current is { } connection)
        {
            EventScope scope = connection.Session.Events();
            Drain(connection, ref scope);
            Flush(connection);
        }
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

    private void Connect()
    {
        _attempts++;
        _isConnecting = false;
        ConnectFailure? failure = TakeConnectFailure();
        _recorder.World(MarkOf(failure), _attempts);
        Mark(MarkOf(failure));
        switch (failure)
        {
            case ConnectFailure.Refused:
                _client.OnConnectFailed();
                return;
            case ConnectFailure.Hangs:
                _isConnecting = true;
                Schedule(_now + _options.ConnectTimeout, new Happening(HappeningKind.ConnectTimeout));
                return;
        }

        SimConnection connection = Open();
        _current = connection;
        _connections.Add(connection);
        if (failure is null)
        {
            connection.Broker = _broker.Accept(connection.BrokerOutput, _brokerClock.At(_now));
            SetWaitingCuts(connection);
        }

        _audit.OnSession(_attempts);
        connection.Session.Start(ClientNow);
        Flush(connection);
        if (failure is not null)
        {
            AnswerInstead(connection, failure.Value);
        }
    }

    private SimConnection Open()
    {
        SimConnection connection = null!;
        var random = _attempts == 1
            ? _random
            : new Time.RandomStreams(Prng.DeriveSeed(_random.Seed, $"connection:{_attempts}"));
        var link = new SimLink(
            _options.Link,
            random,
            (at, signal) => Schedule(at, new Happening(HappeningKind.Link, connection, signal)),
            _recorder.Draw);
        if (_watchesCuts)
        {
            link.WatchFromStart();
        }

        connection = new SimConnection(_attempts) { Link = link };
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
