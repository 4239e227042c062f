using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A6 on whole conversations: a broker that is honest up to one step and hostile in it, and then honest
/// again.</summary>
[Collection(QuietCollection.Name)]
public sealed class HostilePeerProperties
{
    // Texts, records and caches of a whole session; see HostileProperties for the octets.
    private const int Fixed = 512 * 1024;
    private const int PerOctet = 200;

    /// <summary>One end at most, every call completed once, nothing thrown, and nothing written behind the
    /// close.</summary>
    [Fact]
    public void A6_A_hostile_turn_in_a_valid_session_ends_it_once_or_not_at_all()
    {
        string[] kinds = [.. Enum.GetNames<Hostility>()];
        var ended = new Distribution(kinds);
        var met = new Distribution([.. kinds, "goes on"]);
        Props.ForAll(
            "A6.peer",
            HostilePeer.Cases,
            c =>
            {
                Played whole = Play(c.Steps, oneByte: false);
                Played bytes = Play(c.Steps, oneByte: true);
                whole.Check();
                Assert.Equal(whole.Events, bytes.Events);
                Assert.Equal(whole.Sent, bytes.Sent);
                met.Case();
                met.Saw(c.Kind.ToString());
                met.Saw("goes on", !whole.EndedByItself);
                ended.Saw(c.Kind.ToString(), whole.EndedByItself);
            },
            HostilePeer.Shrink,
            cases: 3000);
        met.Require("A6.peer", 4);
        ended.Require("A6.peer.ended", 0);
    }

    [Fact]
    public void A6_A_hostile_turn_takes_memory_in_proportion()
    {
        Measure(HostilePeer.Make(new Draw(1, 50)).Steps); // the first use of a type allocates for the runtime
        Props.ForAll(
            "A6.peer.memory",
            HostilePeer.Cases,
            c =>
            {
                (long taken, long octets) = Measure(c.Steps);
                Assert.True(taken < Fixed + (PerOctet * octets), $"A6 {taken} bytes were taken for {octets} octets");
            },
            HostilePeer.Shrink);
    }

    private static (long Taken, long Octets) Measure(Step[] steps)
    {
        var sink = new Sink();
        var session = new AmqpSession(Conversation.Options, sink, MonoTime.Zero);
        session.Start(MonoTime.Zero);
        long taken = 0;
        byte[] unread = [];
        foreach (Step step in steps)
        {
            foreach ((_, Func<AmqpSession, string> run) in step.Commands)
            {
                run(session);
            }

            unread = [.. unread, .. step.Server];
            var input = new ReadOnlySequence<byte>(unread);
            long before = GC.GetAllocatedBytesForCurrentThread();
            EventScope scope = session.Receive(in input, MonoTime.Zero);
            while (scope.TryRead(out AmqpEvent _))
            {
            }

            taken += GC.GetAllocatedBytesForCurrentThread() - before;
            unread = unread[(int)input.Slice(0, scope.Consumed).Length..];
        }

        return (taken, steps.Sum(s => (long)s.Server.Length));
    }

    private static Played Play(Step[] steps, bool oneByte)
    {
        var output = new SegmentedWriter();
        var session = new AmqpSession(Conversation.Options, output, MonoTime.Zero);
        var played = new Played(session, output);
        session.Start(MonoTime.Zero);
        byte[] unread = [];
        foreach (Step step in steps)
        {
            foreach ((string name, Func<AmqpSession, string> run) in step.Commands)
            {
                played.OnCommand(name, run(session));
            }

            played.Drain(session.Events());
            int[] cuts = oneByte ? Outcome.ByteByByte(step.Server.Length) : [];
            foreach (ReadOnlyMemory<byte> piece in Layouts.Pieces(step.Server, cuts))
            {
                unread = [.. unread, .. piece.Span];
                ReadOnlySequence<byte> input = Layouts.Sequence(unread, oneByte ? [unread.Length / 2] : []);
                EventScope scope = session.Receive(in input, MonoTime.Zero);
                played.Drain(ref scope);
                unread = input.Slice(scope.Consumed).ToArray();
            }
        }

        played.EndedByItself = session.State == ConnectionState.Closed;
        EventScope end = session.ReceiveEnd(StreamEnd.Fin, MonoTime.Zero);
        played.Drain(ref end);
        return played;
    }

    /// <summary>What was seen of a session.</summary>
    private sealed class Played(AmqpSession session, SegmentedWriter output)
    {
        private int _calls;
        private int _sentAtTheEnd = -1;

        public List<EventRecord> Events { get; } = [];

        public byte[] Sent => output.Written;

        public bool EndedByItself { get; set; }

        // Requests are numbered from 1 in the order in which they are taken.
        public void OnCommand(string name, string result) =>
            _calls += result == "Ok" && (name.StartsWith("call ", StringComparison.Ordinal)
                || name.StartsWith("open ", StringComparison.Ordinal)) ? 1 : 0;

        public void Drain(EventScope scope) => Drain(ref scope);

        public void Drain(ref EventScope scope)
        {
            while (scope.TryRead(out AmqpEvent e))
            {
                Events.Add(e.ToRecord());
                if (e.Kind == EventKind.SessionClosed)
                {
                    _sentAtTheEnd = output.Length;
                }
            }
        }

        public void Check()
        {
            Assert.Equal(ConnectionState.Closed, session.State);
            Assert.Single(Events, e => e.Kind == EventKind.SessionClosed);
            Assert.Equal(EventKind.SessionClosed, Events[^1].Kind);
            Assert.Equal(_sentAtTheEnd, output.Length); // the close was queued before the event, and nothing after it
            Assert.Equal(
                Enumerable.Range(1, _calls).Select(i => (ulong)i),
                Events.Where(e => e.Kind is EventKind.CallCompleted or EventKind.CallFailed or EventKind.GetOk)
                    .Select(e => e.Request.Value).Order());
        }
    }
}
