using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>
/// What was wrong with bytes of the peer. <c>default</c> means nothing was. The text names the place and the kind of
/// fault and never repeats contents, so that it may go into logs and into the close method.
/// </summary>
/// <param name="Code">501 for framing, 502 for illegal field contents, 503 for an unknown method.</param>
/// <param name="Text">What was wrong and where; shorter than 256 bytes.</param>
/// <param name="Method">The method being read, or 0.</param>
public readonly record struct WireError(ReplyCode Code, string Text, MethodId Method = 0)
{
    /// <summary>Whether nothing was wrong.</summary>
    public bool IsNone => Code == 0;

    /// <summary>Code and text, or <c>none</c>.</summary>
    public override string ToString() => IsNone ? "none" : $"{(int)Code} {Code.Name()}: {Text}";
}
