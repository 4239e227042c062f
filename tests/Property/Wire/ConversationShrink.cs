using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>Smaller steps: without one command, without one of the server's frames, without the rest.</summary>
internal static class ConversationShrink
{
    /// <summary>The candidates of one step.</summary>
    public static IEnumerable<Step> Of(Step step)
    {
        RefParse parse = RefDecoder.Frames(step.Server, int.MaxValue - 8);
        byte[] rest = step.Server[parse.Consumed..];
        if (rest.Length > 0)
        {
            yield return step with { Server = step.Server[..parse.Consumed] };
            yield return step with { Server = [.. step.Server[..parse.Consumed], .. rest[..(rest.Length / 2)]] };
        }

        for (var i = 0; i < parse.Frames.Count; i++)
        {
            yield return step with
            {
                Server = [.. RefEncoder.Frames(parse.Frames.Where((_, at) => at != i)), .. rest],
            };
        }

        for (var i = 0; i < step.Commands.Count; i++)
        {
            yield return step with { Commands = [.. step.Commands.Where((_, at) => at != i)] };
        }
    }
}
