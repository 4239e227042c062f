using Amqp.Engine.Events;
using Amqp.Property.Generators;
using FsCheck;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A1 and A2 for the session: where input and output are cut changes nothing that can be seen.</summary>
public sealed class SessionFragmentationProperties
{
    private static Gen<(Step[] Steps, ulong Seed)> Cases { get; } =
        Gens.From(draw => (Conversation.Make(draw), draw.Bits()));

    /// <summary>The same server bytes in one call, byte by byte, and in any calls and segments.</summary>
    [Fact]
    public void A1_Any_split_of_the_stream_gives_the_same_events_bytes_and_snapshot()
    {
        string[] kinds = [.. Enum.GetNames<EventKind>().Except(["None"])];
        Distribution seen = new(kinds);
        Props.ForAll("A1", Cases, c =>
        {
            var draw = new Draw(c.Seed, 50);
            Outcome whole = Outcome.Play(c.Steps, Conversation.Options, Outcome.Whole, Outcome.Whole);
            Outcome bytes = Outcome.Play(c.Steps, Conversation.Options, Outcome.ByteByByte, Outcome.Whole);
            Outcome any = Outcome.Play(
                c.Steps,
                Conversation.Options,
                length => Layouts.Cuts(draw, length),
                length => Layouts.Cuts(draw, length));
            Outcome.Same(whole, bytes);
            Outcome.Same(whole, any);
            seen.Case();
            foreach (string kind in whole.Events.Select(e => e.Kind.ToString()).Distinct().Intersect(kinds))
            {
                seen.Saw(kind);
            }
        }, Shrink);
        seen.Require("A1", 0.5);
    }

    /// <summary>An output that grants one byte at a time gets the same bytes as one that grants all.</summary>
    [Fact]
    public void A2_Pieces_of_the_output_do_not_change_what_the_session_sends() =>
        Props.ForAll("A2.session", Cases, c =>
        {
            Outcome whole = Outcome.Play(c.Steps, Conversation.Options, Outcome.Whole, Outcome.Whole);
            Outcome pieces = Outcome.Play(
                c.Steps,
                Conversation.Options,
                Outcome.Whole,
                Outcome.Whole,
                new SegmentedWriter(Message.SizesFrom(c.Seed)));
            Outcome.Same(whole, pieces);
        }, Shrink, cases: 1000);

    private static IEnumerable<(Step[] Steps, ulong Seed)> Shrink((Step[] Steps, ulong Seed) c)
    {
        for (int i = c.Steps.Length - 1; i >= 0; i--)
        {
            yield return ([.. c.Steps[..i], .. c.Steps[(i + 1)..]], c.Seed);
        }

        for (int i = c.Steps.Length - 1; i >= 0; i--)
        {
            foreach (Step smaller in ConversationShrink.Of(c.Steps[i]))
            {
                yield return ([.. c.Steps[..i], smaller, .. c.Steps[(i + 1)..]], c.Seed);
            }
        }
    }
}
