using System.Buffers;
using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// Feeds what a broker sent in a recorded session to a fresh engine, cut into other pieces and ended at another byte,
/// while the engine is told to do what its user did then.
/// </summary>
public sealed class RecordingReplay
{
    private readonly SessionRecording _recording;
    private readonly RecordedClient _client;
    private readonly List<EventRecord> _events = [];
    private readonly HashSet<ulong> _open = [];
    private readonly List<string> _failures = [];
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ReceiveBuffer _input = new();
    private readonly AmqpSession _session;
    private MonoTime _now;

    private RecordingReplay(SessionRecording recording)
    {
        _recording = recording;
        _client = new RecordedClient(recording);
        _session = new AmqpSession(_client.Options, _output, MonoTime.Zero);
    }

    /// <summary>Replays a recording.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="chunking">How the broker's bytes are cut into reads; null for as recorded.</param>
    /// <param name="cutAt">After how many of the broker's bytes the stream ends; null for where it did.</param>
    /// <param name="end">How it ends at the cut.</param>
    /// <param name="seed">The seed of random chunks.</param>
    /// <returns>What the engine told its user, and what was wrong with it.</returns>
    /// <exception cref="FormatException">The recording does not begin with a session of AMQP 0-9-1.</exception>
    public static ReplayOutcome Run(
        SessionRecording recording,
        Chunking? chunking = null,
        long? cutAt = null,
        LinkEnd end = LinkEnd.Reset,
        ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(recording);
        return new RecordingReplay(recording).Run(chunking, cutAt ?? long.MaxValue, end, seed);
    }

    private ReplayOutcome Run(Chunking? chunking, long left, LinkEnd end, ulong seed)
    {
        var random = new KeyedRandom("replay", new Prng(seed), null);
        _session.Start(_now);
        foreach (RecordedChunk chunk in _recording.Chunks)
        {
            _now = chunk.At > _now ? chunk.At : _now;
            if (_session.State == ConnectionState.Closed)
            {
                break;
            }

            if (chunk.Direction == LinkDirection.ToBroker)
            {
                Command(chunk);
            }
            else if (chunk.End is { } recordedEnd)
            {
                End(recordedEnd);
            }
            else
            {
                ReadOnlyMemory<byte> bytes = chunk.Bytes[..(int)Math.Min(left, chunk.Bytes.Length)];
                left -= bytes.Length;
                Receive(bytes, chunking, random);
                if (left == 0)
                {
                    End(end);
                }
            }
        }

        // What nobody ended is ended here, so that every call has to be answered.
        End(LinkEnd.Fin);
        Check();
        return new ReplayOutcome([.. _events], [.. _failures], _session.State);
    }

    private void Command(RecordedChunk chunk)
    {
        foreach ((ushort channel, AmqpMethod method, BasicProperties? properties, byte[] body)
            in _client.Next(chunk.Bytes))
        {
            CommandResult result = _client.Give(_session, channel, method, properties, body, _now, out RequestId id);
            if (result != CommandResult.Ok)
            {
                // After a cut what the user did then cannot be done any more.
                continue;
            }

            if (id.Value != 0 && !_open.Add(id.Value))
            {
                _failures.Add($"the number {id.Value} was given to two calls");
            }
        }
    }

    private void Receive(ReadOnlyMemory<byte> bytes, Chunking? chunking, KeyedRandom random)
    {
        while (!bytes.IsEmpty && _session.State != ConnectionState.Closed)
        {
            int take = chunking?.Next(bytes.Length, random) ?? bytes.Length;
            _input.Append(bytes[..take]);
            bytes = bytes[take..];
            EventScope scope = _session.Receive(_input.Sequence, _now);
            Drain(ref scope);
            _input.AdvanceTo(scope.Consumed);
        }
    }

    private void End(LinkEnd end)
    {
        if (_session.State == ConnectionState.Closed)
        {
            return;
        }

        EventScope scope = _session.ReceiveEnd(end == LinkEnd.Reset ? StreamEnd.Reset : StreamEnd.Fin, _now);
        Drain(ref scope);
    }

    private void Drain(ref EventScope scope)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            _events.Add(record);
            bool isAnswer = record.Kind is EventKind.CallCompleted or EventKind.CallFailed or EventKind.GetOk;
            if (isAnswer && record.Request.Value != 0 && !_open.Remove(record.Request.Value))
            {
                _failures.Add($"call {record.Request.Value} was answered twice");
            }
        }
    }

    private void Check()
    {
        if (_session.State != ConnectionState.Closed)
        {
            _failures.Add($"the session is {_session.State} after the end of its stream");
        }

        if (_open.Count > 0)
        {
            _failures.Add($"{_open.Count} calls were never answered");
        }

        if (_events.Count(static each => each.Kind == EventKind.SessionClosed) != 1
            || _events[^1].Kind != EventKind.SessionClosed)
        {
            _failures.Add("the session did not end with one last event");
        }
    }
}
