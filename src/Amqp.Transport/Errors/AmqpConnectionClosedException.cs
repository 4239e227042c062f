using System.Collections.Immutable;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;

namespace Amqp.Transport;

/// <summary>The connection ended; calls that were pending, and all later ones, fail with this or a subclass.</summary>
public class AmqpConnectionClosedException : AmqpException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpConnectionClosedException(SessionEnd reason, Exception? inner = null)
        : base($"The connection is closed: {Describe(reason)}", inner)
    {
        Reason = reason;
    }

    /// <summary>Why the connection ended.</summary>
    public SessionEnd Reason { get; }

    /// <summary>Who ended it.</summary>
    public CloseInitiator Initiator => Reason.Initiator;

    /// <summary>The reply code that was sent or received.</summary>
    public ReplyCode Code => Reason.Code;

    /// <summary>The reply text that was sent or received, or what was found wrong.</summary>
    public string Text => Reason.Text;

    /// <summary>The method that was at fault, or 0.</summary>
    public MethodId Method => Reason.Method;

    /// <summary>When a broker's refusal ended an attempt to connect: what was tried until then, in order, the refusal
    /// last. Empty otherwise.</summary>
    public ImmutableArray<AmqpConnectAttempt> ConnectAttempts { get; internal set; } = [];

    internal static string Describe(SessionEnd reason)
    {
        string method = reason.Method == 0 ? "" : $", method {reason.Method}";
        string code = reason.Code is 0 or ReplyCode.Success ? "" : $", code {(ushort)reason.Code}";
        return $"{reason.Kind} by {reason.Initiator}{code}{method}: {reason.Text}";
    }
}
