using Amqp.Engine.Commands;
using Amqp.Engine.Session;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>A part of a conversation: what the client's owner asks for, then what the server sends.</summary>
/// <param name="Commands">Named calls into the session; their results are part of the outcome.</param>
/// <param name="Server">The server's octets, which arrive after the commands.</param>
internal sealed record Step(IReadOnlyList<(string Name, Func<AmqpSession, string> Run)> Commands, byte[] Server)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        RefParse parse = RefDecoder.Frames(Server, int.MaxValue - 8);
        string rest = Convert.ToHexString(Server[parse.Consumed..]);
        return $"\n  client: {string.Join("; ", Commands.Select(c => c.Name))}\n  server: "
            + string.Join("\n          ", parse.Frames.Select(f => f.ToString()).Append(rest));
    }

    /// <summary>A command that has only a result.</summary>
    public static (string Name, Func<AmqpSession, string> Run) Command(
        string name, Func<AmqpSession, CommandResult> run) => (name, session => run(session).ToString());
}
