using Amqp.Engine.Spec;

namespace Amqp.Simulation.Scenarios;

/// <summary>
/// One thing the user of the client does. A scenario is a list of them; as data they can be generated, shrunk, printed
/// and kept.
/// </summary>
/// <remarks>
/// Channels are named by <c>Slot</c>, a number of the scenario's own: which channel number the session gives to a slot
/// is
/// its business. A step on a slot that holds no open channel is passed over and leaves a line in the trace.
/// </remarks>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>Opens a channel and puts it into a slot.</summary>
    /// <param name="Slot">The slot.</param>
    public sealed record OpenChannel(int Slot) : Step;

    /// <summary>Closes the slot's channel.</summary>
    /// <param name="Slot">The slot.</param>
    public sealed record CloseChannel(int Slot) : Step;

    /// <summary>Any synchronous method, sent as a call that is answered by one completion.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Method">The method.</param>
    public sealed record Call(int Slot, AmqpMethod Method) : Step;

    /// <summary>Any method without an answer.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Method">The method.</param>
    public sealed record Send(int Slot, AmqpMethod Method) : Step;

    /// <summary>Declares a queue.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Queue">Its name.</param>
    /// <param name="Durable">Whether it survives a restart of the broker.</param>
    public sealed record DeclareQueue(int Slot, string Queue, bool Durable = false) : Step;

    /// <summary>Deletes a queue.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Queue">Its name.</param>
    public sealed record DeleteQueue(int Slot, string Queue) : Step;

    /// <summary>Turns publisher confirms on.</summary>
    /// <param name="Slot">The slot.</param>
    public sealed record ConfirmSelect(int Slot) : Step;

    /// <summary>Limits the unacknowledged deliveries of each consumer.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Prefetch">The limit; 0 is none.</param>
    public sealed record Qos(int Slot, ushort Prefetch) : Step;

    /// <summary>Publishes a message whose body the world makes from its ordinal.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Exchange">The exchange; empty for the default one.</param>
    /// <param name="RoutingKey">The routing key.</param>
    /// <param name="BodySize">The bytes in the body.</param>
    /// <param name="Mandatory">Whether the broker returns it when no queue takes it.</param>
    /// <param name="Persistent">Whether it survives a restart of the broker in a durable queue.</param>
    public sealed record Publish(
        int Slot,
        string Exchange,
        string RoutingKey,
        int BodySize,
        bool Mandatory = false,
        bool Persistent = false) : Step;

    /// <summary>Starts a consumer.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Queue">The queue.</param>
    /// <param name="ConsumerTag">Its tag; must not be empty.</param>
    /// <param name="NoAck">Whether deliveries need no acknowledgement.</param>
    public sealed record Consume(int Slot, string Queue, string ConsumerTag, bool NoAck = false) : Step;

    /// <summary>Stops a consumer.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="ConsumerTag">Its tag.</param>
    public sealed record Cancel(int Slot, string ConsumerTag) : Step;

    /// <summary>Asks for one message.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Queue">The queue.</param>
    /// <param name="NoAck">Whether it needs no acknowledgement.</param>
    public sealed record Get(int Slot, string Queue, bool NoAck = false) : Step;

    /// <summary>Acknowledges the oldest delivery that awaits it, or all of them. Without any, nothing is
    /// sent.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Multiple">Whether all are acknowledged at once.</param>
    public sealed record Ack(int Slot, bool Multiple = false) : Step;

    /// <summary>Gives the oldest delivery that awaits acknowledgement back, or all of them.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Multiple">Whether all are given back at once.</param>
    /// <param name="Requeue">Whether they go back into the queue.</param>
    public sealed record Nack(int Slot, bool Multiple = false, bool Requeue = true) : Step;

    /// <summary>Rejects the oldest delivery that awaits acknowledgement.</summary>
    /// <param name="Slot">The slot.</param>
    /// <param name="Requeue">Whether it goes back into the queue.</param>
    public sealed record Reject(int Slot, bool Requeue = true) : Step;

    /// <summary>Lets virtual time pass before the next step.</summary>
    /// <param name="Span">How much, more than zero.</param>
    public sealed record Wait(TimeSpan Span) : Step;

    /// <summary>
    /// Waits until every call is completed, every publish is settled and no byte is under way, or the session is
    /// closed.
    /// </summary>
    public sealed record Settle : Step;

    /// <summary>Closes the connection in order.</summary>
    public sealed record Close : Step;
}
