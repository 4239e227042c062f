using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Property.Generators;
using Amqp.Property.Wire;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>I5: a look at a session changes nothing, whenever it is taken.</summary>
public class DescribeProperties
{
    [Fact]
    public void I5_Describing_never_throws_and_changes_nothing()
    {
        string[] states = [.. Enum.GetNames<ConnectionState>()];
        var seen = new Distribution(states);
        Props.ForAll(
            "I5",
            Gens.From(draw => draw.OneIn(2) ? Conversation.Make(draw) : AnyCommand.Steps(draw)),
            steps =>
            {
                seen.Case();
                HashSet<ConnectionState> met = [];
                (List<EventRecord> events, byte[] sent) = Play(steps, _ => { });
                (List<EventRecord> looked, byte[] sentToo) = Play(steps, session =>
                {
                    SessionSnapshot once = session.Describe();
                    SessionSnapshot twice = session.Describe();
                    Assert.Equal(once, twice);
                    Assert.Equal(session.State, once.State);
                    Assert.Equal(session.NextDeadline, once.Deadline);
                    Assert.NotEmpty(once.ToString());
                    met.Add(once.State);
                });
                Assert.Equal(events, looked);
                Assert.Equal(sent, sentToo);
                foreach (ConnectionState state in met)
                {
                    seen.Saw(state.ToString());
                }
            });
        seen.Require("I5", 1);
    }

    // The look is taken before and after everything, and between two events of one read.
    private static (List<EventRecord> Events, byte[] Sent) Play(Wire.Step[] steps, Action<AmqpSession> look)
    {
        var output = new SegmentedWriter();
        var session = new AmqpSession(Conversation.Options, output, MonoTime.Zero);
        look(session);
        session.Start(MonoTime.Zero);
        List<EventRecord> events = [];
        byte[] unread = [];
        foreach (Wire.Step step in steps)
        {
            foreach ((_, Func<AmqpSession, string> run) in step.Commands)
            {
                run(session);
                look(session);
            }

            // In small reads, so that frames which are not complete are looked at as well, and each state.
            foreach (byte[] piece in step.Server.Chunk(Math.Max(5, step.Server.Length / 50)))
            {
                unread = [.. unread, .. piece];
                var input = new System.Buffers.ReadOnlySequence<byte>(unread);
                EventScope scope = session.Receive(in input, MonoTime.Zero);
                while (scope.TryRead(out AmqpEvent e))
                {
                    events.Add(e.ToRecord());
                    look(session);
                }

                unread = unread[(int)input.Slice(0, scope.Consumed).Length..];
                look(session);
            }
        }

        return (events, output.Written);
    }
}
