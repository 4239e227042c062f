using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

// Bytes, ends of streams and time, for both sides.
public sealed partial class SimWorld
{
    private void Handle(SimConnection connection, LinkSignal signal)
    {
        bool toBroker = signal.Direction == LinkDirection.ToBroker;
        if (toBroker && connection.Broker is { IsReadSuspended: true })
        {
            connection.HasUnread = true;
            return;
        }

        if (signal.Kind == LinkSignalKind.Read)
        {
            byte[] chunk = connection.Link.Read(signal.Direction, _now);
            if (chunk.Length > 0)
            {
                _recorder.Bytes(connection, signal.Direction, isRead: true, chunk);
                if (!toBroker && ReferenceEquals(connection, _current))
                {
                    _audit.Silence.OnRead(ClientNow);
                }

                Receive(connection, toBroker, chunk);
            }
        }
        else if (connection.Link.TryReadEnd(signal.Direction, _now, out LinkEnd end))
        {
            _recorder.End(connection, signal.Direction, end);
            ReceiveEnd(connection, toBroker, end);
        }
    }

    private void Receive(SimConnection connection, bool toBroker, byte[] chunk)
    {
        if (toBroker)
        {
            if (connection.Broker is { WantsClose: false })
            {
                connection.BrokerInput.Append(chunk);
                FeedBroker(connection);
            }
        }
        else if (connection.Session.State != ConnectionState.Closed)
        {
            // A session that is closed gets no more input: its owner has closed the stream.
            connection.ClientInput.Append(chunk);
            ReadOnlySequence<byte> input = connection.ClientInput.Sequence;
            EventScope scope = connection.Session.Receive(input, ClientNow);
            Drain(connection, ref scope);
            connection.ClientInput.AdvanceTo(scope.Consumed);
        }

        Flush(connection);
    }

    private void FeedBroker(SimConnection connection)
    {
        BrokerConnection broker = connection.Broker!;
        connection.BrokerInput.AdvanceTo(broker.Receive(connection.BrokerInput.Sequence, _brokerClock.At(_now)));
        connection.HasUnfed = broker.IsReadSuspended;
        if (broker.IsReadSuspended)
        {
            Mark(WorldMark.BrokerStopsReading);
        }
    }

    private void ReceiveEnd(SimConnection connection, bool toBroker, LinkEnd end)
    {
        if (toBroker)
        {
            connection.Broker?.ReceiveEnd(_brokerClock.At(_now));
        }
        else
        {
            EventScope scope = connection.Session.ReceiveEnd(
                end == LinkEnd.Fin ? StreamEnd.Fin : StreamEnd.Reset, ClientNow);
            Drain(connection, ref scope);
            if (connection.Session.State != ConnectionState.Closed)
            {
                _audit.Fail($"B5 the session is {connection.Session.State} after the end of its stream");
            }
        }

        Flush(connection);
    }

    private void OnSessionTimer(SimConnection connection)
    {
        connection.ArmedFor = MonoTime.Never;
        AmqpSession session = connection.Session;
        Deadline due = session.NextDeadline;
        if (due.At <= ClientNow)
        {
            _recorder.Timer(connection, due.Why);
            EventScope scope = session.Elapse(ClientNow);
            Drain(connection, ref scope);
            if (session.NextDeadline.At <= ClientNow)
            {
                _audit.Fail($"C5 after {due.Why} the next deadline {session.NextDeadline} is not in the future");
            }

            Flush(connection);
        }

        ArmSession(connection);
    }

    private void OnBrokerTimer()
    {
        _brokerArmedFor = MonoTime.Never;
        if (_broker.NextDeadline <= _brokerClock.At(_now))
        {
            _broker.Elapse(_brokerClock.At(_now));
            FlushBroker();
        }

        ArmBroker();
    }

    private void ArmSession(SimConnection connection)
    {
        MonoTime at = _clientClock.WorldTimeOf(connection.Session.NextDeadline.At);
        if (at < connection.ArmedFor)
        {
            connection.ArmedFor = at > _now ? at : _now;
            Schedule(connection.ArmedFor, new Happening(HappeningKind.SessionTimer, connection));
        }
    }

    private void ArmBroker()
    {
        MonoTime at = _brokerClock.WorldTimeOf(_broker.NextDeadline);
        if (at < _brokerArmedFor)
        {
            // The broker's deadline may be early and stay there when it is acted on: time has to go on all the same.
            _brokerArmedFor = at > _now ? at : _now + TimeSpan.FromTicks(1);
            Schedule(_brokerArmedFor, new Happening(HappeningKind.BrokerTimer));
        }
    }

    private void Drain(SimConnection connection, ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            _events?.Add(record);
            _recorder.Event(record);
            _audit.OnEvent(record);
            MarkEvent(record);
            _audit.Silence.OnEvent(record, ClientNow);
            if (record.Kind == EventKind.SessionOpened)
            {
                _audit.Silence.OnOpen(connection.Session.Tuning!.Heartbeat, ClientNow);
            }

            _client.OnEvent(record);
        }
    }

    /// <summary>Hands what was written to the link, and closes the streams that want it.</summary>
    private void Flush(SimConnection connection)
    {
        FlushClient(connection);
        FlushBroker();
        FlushBrokerSide(connection);
        ArmSession(connection);
    }

    private void FlushClient(SimConnection connection)
    {
        if (connection.ClientOutput.WrittenCount > connection.ClientKnown && ReferenceEquals(connection, _current))
        {
            _audit.Silence.OnWrite(ClientNow);
        }

        connection.ClientSent = Send(
            connection, LinkDirection.ToBroker, connection.ClientOutput, connection.ClientSent, out bool isWhole);
        connection.ClientKnown = connection.ClientOutput.WrittenCount;
        if (!isWhole)
        {
            Mark(WorldMark.ClientWaitsForRoom);
        }

        if (connection.Session.WantsClose && !connection.IsClientClosed)
        {
            connection.IsClientClosed = true;
            connection.Link.Close(LinkDirection.ToBroker, _now);
        }
    }

    private void FlushBroker()
    {
        while (_broker.DrainDirty(_dirty) > 0)
        {
            for (int i = 0; i < _dirty.Count; i++)
            {
                if (ConnectionOf(_dirty[i]) is { } connection)
                {
                    FlushBrokerSide(connection);
                    ResumeReading(connection);
                }
            }

            _dirty.Clear();
        }

        ArmBroker();
    }

    private SimConnection? ConnectionOf(BrokerConnection broker)
    {
        foreach (SimConnection connection in _connections)
        {
            if (ReferenceEquals(connection.Broker, broker))
            {
                return connection;
            }
        }

        return null;
    }

    private void FlushBrokerSide(SimConnection connection)
    {
        if (connection.Broker is not { } broker)
        {
            return;
        }

        connection.BrokerSent = Send(
            connection, LinkDirection.ToClient, connection.BrokerOutput, connection.BrokerSent, out bool isWhole);
        if (!isWhole)
        {
            Mark(WorldMark.BrokerWaitsForRoom);
        }

        if (broker.WantsClose)
        {
            // What a client that has gone does not read need not reach it.
            if (!connection.IsBrokerClosed && (isWhole || connection.IsClientClosed))
            {
                connection.IsBrokerClosed = true;
                connection.Link.Close(LinkDirection.ToClient, _now);
            }
        }
        else
        {
            broker.SetOutputCongested(!isWhole);
        }
    }

    /// <summary>Gives a broker that reads again what it had left.</summary>
    private void ResumeReading(SimConnection connection)
    {
        if (connection.Broker is not { IsReadSuspended: false, WantsClose: false })
        {
            return;
        }

        // Only what it refused: bytes of half a frame given once more would pass for a sign of life.
        if (connection.HasUnfed)
        {
            FeedBroker(connection);
        }

        if (connection.HasUnread && !connection.Broker.IsReadSuspended)
        {
            connection.HasUnread = false;
            Schedule(_now, Signal(connection, LinkSignalKind.Read));
            Schedule(_now, Signal(connection, LinkSignalKind.End));
        }
    }

    private static Happening Signal(SimConnection connection, LinkSignalKind kind) =>
        new(HappeningKind.Link, connection, new LinkSignal(kind, LinkDirection.ToBroker));

    private int Send(
        SimConnection connection,
        LinkDirection direction,
        ArrayBufferWriter<byte> output,
        int sent,
        out bool isWhole)
    {
        ReadOnlyMemory<byte> rest = output.WrittenMemory[sent..];
        if (!rest.IsEmpty)
        {
            int taken = connection.Link.Send(direction, rest, _now);
            if (taken > 0)
            {
                _recorder.Bytes(connection, direction, isRead: false, rest.Span[..taken]);
            }

            sent += taken;
        }

        isWhole = sent == output.WrittenCount;
        if (isWhole && sent > 0)
        {
            output.ResetWrittenCount();
            sent = 0;
        }

        return sent;
    }
}
