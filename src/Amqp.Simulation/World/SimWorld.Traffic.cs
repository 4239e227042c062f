using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

// Bytes, ends of streams and time, for both sides.
public sealed partial class SimWorld
{
    /// <summary>Marks a timer of a session that comes before its deadline.</summary>
    private const int Early = 1;

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
                if (!toBroker && IsCurrent(connection))
                {
                    connection.Client.Audit.Silence.OnRead(ClientNow);
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
                if (chunk.Length > 1 && _buggify.At(BuggifySites.SplitBrokerReads))
                {
                    int first = _buggify.HowMuch(BuggifySites.SplitBrokerReads, chunk.Length - 1);
                    connection.BrokerInput.Append(chunk.AsMemory(0, first));
                    FeedBroker(connection);
                    FlushBroker();
                    chunk = chunk[first..];
                    if (connection.Broker.WantsClose)
                    {
                        return;
                    }
                }

                connection.BrokerInput.Append(chunk);
                FeedBroker(connection);
            }
        }
        else if (connection.Session.State != ConnectionState.Closed)
        {
            // A session that is closed gets no more input: its owner has closed the stream.
            if (connection.ClientInput.Length == 0 && _buggify.At(BuggifySites.EmptyReads))
            {
                EventScope nothing = connection.Session.Receive(ReadOnlySequence<byte>.Empty, ClientNow);
                Drain(connection, ref nothing);
            }

            AppendForClient(connection, chunk);
            ReadOnlySequence<byte> input = connection.ClientInput.Sequence;
            EventScope scope = connection.Session.Receive(input, ClientNow);
            Drain(connection, ref scope);
            connection.ClientInput.AdvanceTo(scope.Consumed);
        }

        Flush(connection);
    }

    private void AppendForClient(SimConnection connection, byte[] chunk)
    {
        if (!_buggify.At(BuggifySites.TinySegments))
        {
            connection.ClientInput.Append(chunk);
            return;
        }

        for (int i = 0; i < chunk.Length; i++)
        {
            connection.ClientInput.Append(chunk.AsMemory(i, 1));
        }
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

    private void OnSessionTimer(SimConnection connection, bool isEarly)
    {
        connection.ArmedFor = isEarly ? connection.ArmedFor : MonoTime.Never;
        AmqpSession session = connection.Session;
        Deadline due = session.NextDeadline;
        if (isEarly ? due.At != MonoTime.Never : due.At <= ClientNow)
        {
            _recorder.Timer(connection, due.Why);
            EventScope scope = session.Elapse(ClientNow);
            Drain(connection, ref scope);
            if (_buggify.At(BuggifySites.RepeatedTimers))
            {
                scope = session.Elapse(ClientNow);
                Drain(connection, ref scope);
            }

            if (session.NextDeadline.At <= ClientNow)
            {
                _audit.Fail($"C5 after {due.Why} the next deadline {session.NextDeadline} is not in the future");
            }

            Flush(connection);
        }

        ArmSession(connection);
    }

    private void OnBrokerTimer(bool isEarly)
    {
        _brokerArmedFor = isEarly ? _brokerArmedFor : MonoTime.Never;
        if (isEarly || _broker.NextDeadline <= _brokerClock.At(_now))
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
            if (_buggify.At(BuggifySites.EarlyTimers))
            {
                long ahead = (connection.ArmedFor - _now).Ticks / _buggify.HowMuch(BuggifySites.EarlyTimers, 10);
                Schedule(
                    connection.ArmedFor - new TimeSpan(ahead),
                    new Happening(HappeningKind.SessionTimer, connection, Index: Early));
            }
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
            if (_buggify.At(BuggifySites.EarlyBrokerTimers))
            {
                long ahead = (_brokerArmedFor - _now).Ticks / _buggify.HowMuch(BuggifySites.EarlyBrokerTimers, 10);
                Schedule(
                    _brokerArmedFor - new TimeSpan(ahead), new Happening(HappeningKind.BrokerTimer, Index: Early));
            }
        }
    }

    private void Drain(SimConnection connection, ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            ClientAudit audit = connection.Client.Audit;
            _events?.Add(record);
            _recorder.Client = connection.Client.Index;
            _recorder.Event(record);
            audit.OnEvent(record);
            MarkEvent(record);
            audit.Silence.OnEvent(record, ClientNow);
            if (record.Kind == EventKind.SessionOpened)
            {
                audit.Silence.OnOpen(connection.Session.Tuning!.Heartbeat, ClientNow);
            }

            connection.Client.User.OnEvent(record);
        }
    }

    /// <summary>Hands what was written to the link, and closes the streams that want it.</summary>
    internal void Flush(SimConnection connection)
    {
        FlushClient(connection);
        FlushBroker();
        FlushBrokerSide(connection);
        ArmSession(connection);
    }

    private void FlushClient(SimConnection connection)
    {
        if (connection.ClientOutput.WrittenCount > connection.ClientKnown && IsCurrent(connection))
        {
            connection.Client.Audit.Silence.OnWrite(ClientNow);
        }

        if (IsFlushPutOff(connection))
        {
            return;
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

    /// <summary>Whether what was written stays for a while; once it does, it does until then.</summary>
    private bool IsFlushPutOff(SimConnection connection)
    {
        if (connection.ClientOutput.WrittenCount > connection.ClientSent && !connection.IsFlushLate
            && _buggify.At(BuggifySites.LateFlushes))
        {
            connection.IsFlushLate = true;
            TimeSpan later = TimeSpan.FromMicroseconds(100 * _buggify.HowMuch(BuggifySites.LateFlushes, 20));
            Schedule(_now + later, new Happening(HappeningKind.Flush, connection));
        }

        if (connection.IsFlushLate)
        {
            connection.ClientKnown = connection.ClientOutput.WrittenCount;
        }

        return connection.IsFlushLate;
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

    private void Disturb(SimConnection connection, LinkDirection direction)
    {
        if (_buggify.At(BuggifySites.SlowTail))
        {
            TimeSpan longer = TimeSpan.FromMilliseconds(_buggify.HowMuch(BuggifySites.SlowTail, 40));
            connection.Link.Hold(direction, _now + longer);
        }

        if (_buggify.At(BuggifySites.SpuriousReads))
        {
            Schedule(_now, new Happening(
                HappeningKind.Link, connection, new LinkSignal(LinkSignalKind.Read, direction)));
        }
    }

    private static bool IsCurrent(SimConnection connection) =>
        ReferenceEquals(connection, connection.Client.Current);

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
                Disturb(connection, direction);
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
