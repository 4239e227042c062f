using Amqp.Engine.Events;
using Amqp.Engine.Spec;

namespace Amqp.Transport;

/// <summary>The channel ended while the connection lives on. AMQP closes a channel for every error of its own, so that
/// a wrong queue name costs the channel.</summary>
public sealed class AmqpChannelClosedException : AmqpException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the channel ended.</param>
    /// <param name="channel">The channel's number.</param>
    public AmqpChannelClosedException(SessionEnd reason, int channel)
        : base($"Channel {channel} is closed: {AmqpConnectionClosedException.Describe(reason)}")
    {
        Reason = reason;
        Channel = channel;
    }

    /// <summary>Why the channel ended.</summary>
    public SessionEnd Reason { get; }

    /// <summary>The channel's number.</summary>
    public int Channel { get; }

    /// <summary>Who ended it.</summary>
    public CloseInitiator Initiator => Reason.Initiator;

    /// <summary>The reply code, such as 404.</summary>
    public ReplyCode Code => Reason.Code;

    /// <summary>The broker's reply text.</summary>
    public string Text => Reason.Text;

    /// <summary>The method that was at fault, or 0.</summary>
    public MethodId Method => Reason.Method;
}
