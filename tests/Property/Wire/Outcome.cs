using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>All that can be seen of a session: its events, command results, bytes out and last snapshot.</summary>
internal sealed class Outcome
{
    private readonly SegmentedWriter _output;

    private Outcome(SegmentedWriter output) => _output = output;

    /// <summary>Owned copies of all events.</summary>
    public List<EventRecord> Events { get; } = [];

    /// <summary>What the commands answered.</summary>
    public List<string> Results { get; } = [];

    /// <summary>All bytes out.</summary>
    public byte[] Bytes => _output.Written;

    /// <summary>The state after the last input.</summary>
    public SessionSnapshot? Snapshot { get; private set; }

    /// <summary>Octets that the session gave back unread at the end.</summary>
    public long Rest { get; private set; }

    /// <summary>Plays a conversation.</summary>
    /// <param name="steps">What happens.</param>
    /// <param name="options">The session's options.</param>
    /// <param name="cut">Where the octets of a step, of the given length, are cut into calls.</param>
    /// <param name="layout">Where the input of a call, of the given length, is cut into segments.</param>
    /// <param name="output">Where bytes go; its own when null.</param>
    public static Outcome Play(
        IEnumerable<Step> steps,
        SessionOptions options,
        Func<int, int[]> cut,
        Func<int, int[]> layout,
        SegmentedWriter? output = null)
    {
        var outcome = new Outcome(output ?? new SegmentedWriter());
        var session = new AmqpSession(options, outcome._output, MonoTime.Zero);
        session.Start(MonoTime.Zero);
        byte[] unread = [];
        foreach (Step step in steps)
        {
            foreach ((string name, Func<AmqpSession, string> run) in step.Commands)
            {
                outcome.Results.Add($"{name}: {run(session)}");
            }

            outcome.Drain(session, session.Events());
            foreach (ReadOnlyMemory<byte> piece in Layouts.Pieces(step.Server, cut(step.Server.Length)))
            {
                unread = outcome.Give(session, [.. unread, .. piece.Span], layout);
            }
        }

        outcome.Rest = unread.Length;
        outcome.Snapshot = session.Describe();
        Assert.Equal(outcome.Snapshot, session.Describe());
        return outcome;
    }

    /// <summary>No cuts at all.</summary>
    public static int[] Whole(int length) => [];

    /// <summary>One octet at a time.</summary>
    public static int[] ByteByByte(int length) => [.. Enumerable.Range(0, length)];

    private byte[] Give(AmqpSession session, byte[] bytes, Func<int, int[]> layout)
    {
        ReadOnlySequence<byte> input = Layouts.Sequence(bytes, layout(bytes.Length));
        EventScope scope = session.Receive(in input, MonoTime.Zero);
        Drain(session, ref scope);
        return input.Slice(scope.Consumed).ToArray();
    }

    private void Drain(AmqpSession session, EventScope scope) => Drain(session, ref scope);

    private void Drain(AmqpSession session, scoped ref EventScope scope)
    {
        var before = 0L;
        while (scope.TryRead(out AmqpEvent e))
        {
            EventRecord record = e.ToRecord();
            Events.Add(record);
            Assert.True(++before < 1_000_000, "the events do not end");
            bool delivered = record.Kind == EventKind.Delivery && record.BodySize == 0;
            if (delivered)
            {
                // A command in the middle of a drain.
                Results.Add($"ack {record.DeliveryTag}: {session.Ack(record.Channel, record.DeliveryTag, false)}");
            }

            if (record.Kind == EventKind.SessionClosed && record.Reason!.Kind == SessionEndKind.ProtocolViolation)
            {
                Results.Add($"bytes out when the violation is told: {_output.Length}");
            }
        }
    }

    /// <summary>Compares all that can be seen.</summary>
    public static void Same(Outcome expected, Outcome actual)
    {
        Assert.Equal(expected.Events.Select(e => e.ToString()), actual.Events.Select(e => e.ToString()));
        Assert.Equal(expected.Events, actual.Events);
        Assert.Equal(expected.Results, actual.Results);
        Assert.Equal(Convert.ToHexString(expected.Bytes), Convert.ToHexString(actual.Bytes));
        Assert.Equal(expected.Snapshot, actual.Snapshot);
        Assert.Equal(expected.Rest, actual.Rest);
    }
}
