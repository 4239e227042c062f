using Amqp.Property.Generators;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A11: whatever the caller does, every byte out is valid AMQP that a client may send.</summary>
public sealed class SessionOutputProperties
{
    private const int FrameMax = 4096;

    /// <summary>Random commands in any state, with a server that answers, closes or talks nonsense.</summary>
    [Fact]
    public void A11_Every_byte_out_parses_with_the_reference_decoder()
    {
        Distribution seen = new(
            "a message", "HeaderTooLarge", "InvalidArgument", "ChannelNotOpen", "NotOpen", "BodyTooLarge",
            "ArgumentException", "a call", "a server's close");
        Props.ForAll("A11", Gens.From(AnyCommand.Steps), steps =>
        {
            Outcome outcome = Outcome.Play(steps, Conversation.Options, Outcome.Whole, Outcome.Whole);
            ClientStream stream = ClientStream.Check(outcome.Bytes, FrameMax, Conversation.Options.ChannelMax);
            seen.Case();
            seen.Saw("a message", stream.Messages > 0);
            seen.Saw("a call", stream.Methods.Any(m => m.StartsWith("queue.") || m.StartsWith("exchange.")));
            seen.Saw("a server's close", stream.Methods.Contains("connection.close-ok"));
            foreach (string result in outcome.Results.Select(r => r[(r.LastIndexOf(' ') + 1)..]).Distinct())
            {
                if (result is not ("Ok" or "NoFreeChannel" or "TooManyPendingCalls") && !char.IsDigit(result[0]))
                {
                    seen.Saw(result);
                }
            }
        }, Shrink, cases: 2000);
        seen.Require("A11", 0.5);
    }

    /// <summary>The same for conversations in which both sides mostly do what they should.</summary>
    [Fact]
    public void A11_Every_byte_out_of_an_ordinary_conversation_parses()
    {
        Distribution seen = new("a message");
        Props.ForAll("A11.ordinary", Gens.From(Conversation.Make), steps =>
        {
            Outcome outcome = Outcome.Play(steps, Conversation.Options, Outcome.Whole, Outcome.Whole);
            ClientStream stream = ClientStream.Check(outcome.Bytes, FrameMax, Conversation.Options.ChannelMax);
            seen.Case();
            seen.Saw("a message", stream.Messages > 0);
        }, cases: 1000);
        seen.Require("A11.ordinary", 20);
    }

    private static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            yield return [.. steps[..i], .. steps[(i + 1)..]];
        }

        for (int i = steps.Length - 1; i >= 0; i--)
        {
            foreach (Step smaller in ConversationShrink.Of(steps[i]))
            {
                yield return [.. steps[..i], smaller, .. steps[(i + 1)..]];
            }
        }
    }
}
