using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

// Bytes, ends of streams and time, for both sides.
public sealed partial class SimWorld
{
    private void Handle(LinkSignal signal)
    {
        bool toBroker = signal.Direction == LinkDirection.ToBroker;
        if (signal.Kind == LinkSignalKind.Read)
        {
            byte[] chunk = _link.Read(signal.Direction, _now);
            if (chunk.Length > 0)
            {
                _trace.AddBytes(_now, toBroker ? "c>b" : "b>c", "read", chunk);
                Receive(toBroker, chunk);
            }
        }
        else if (_link.TryReadEnd(signal.Direction, _now, out LinkEnd end))
        {
            _trace.Add(_now, toBroker ? "c>b" : "b>c", end.ToString());
            ReceiveEnd(toBroker, end);
        }
    }

    private void Receive(bool toBroker, byte[] chunk)
    {
        if (toBroker)
        {
            if (_connection.WantsClose)
            {
                return;
            }

            _brokerInput.Append(chunk);
            _brokerInput.AdvanceTo(_connection.Receive(_brokerInput.Sequence, _now));
        }
        else
        {
            // A session that is closed gets no more input: its owner has closed the stream.
            if (_session.State == ConnectionState.Closed)
            {
                return;
            }

            _clientInput.Append(chunk);
            ReadOnlySequence<byte> input = _clientInput.Sequence;
            EventScope scope = _session.Receive(input, _now);
            Drain(ref scope);
            _clientInput.AdvanceTo(scope.Consumed);
        }

        Flush();
    }

    private void ReceiveEnd(bool toBroker, LinkEnd end)
    {
        if (toBroker)
        {
            _connection.ReceiveEnd(_now);
        }
        else
        {
            EventScope scope = _session.ReceiveEnd(end == LinkEnd.Fin ? StreamEnd.Fin : StreamEnd.Reset, _now);
            Drain(ref scope);
            if (_session.State != ConnectionState.Closed)
            {
                _failures.Add($"B5 the session is {_session.State} after the end of its stream");
            }
        }

        Flush();
    }

    private void ElapseSession()
    {
        Deadline due = _session.NextDeadline;
        _trace.Add(_now, "timer", due.Why.ToString());
        EventScope scope = _session.Elapse(_now);
        Drain(ref scope);
        if (_session.NextDeadline.At <= _now)
        {
            _failures.Add($"C5 after {due.Why} the next deadline {_session.NextDeadline} is not in the future");
        }

        Flush();
    }

    private void Drain(ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            _events.Add(record);
            _trace.AddEvent(_now, record);
            foreach (IAuditor auditor in _auditors)
            {
                auditor.OnEvent(record);
            }

            FollowEvent(record);
        }
    }

    /// <summary>Hands what both sides wrote to the link, and closes the streams that want it.</summary>
    private void Flush()
    {
        Flush(_clientOutput, LinkDirection.ToBroker);
        if (_session.WantsClose && !_clientClosed)
        {
            _clientClosed = true;
            _link.Close(LinkDirection.ToBroker, _now);
        }

        _broker.DrainDirty(_dirty);
        _dirty.Clear();
        Flush(_brokerOutput, LinkDirection.ToClient);
        if (_connection.WantsClose && !_brokerClosed)
        {
            _brokerClosed = true;
            _link.Close(LinkDirection.ToClient, _now);
        }
    }

    private void Flush(ArrayBufferWriter<byte> output, LinkDirection direction)
    {
        if (output.WrittenCount == 0)
        {
            return;
        }

        _trace.AddBytes(_now, direction == LinkDirection.ToBroker ? "c>b" : "b>c", "write", output.WrittenSpan);
        _link.Send(direction, output.WrittenSpan, _now);
        output.ResetWrittenCount();
    }
}
