using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

// Queues and exchanges (AMQP 0-9-1 sections 1.6 and 1.7). A broker that refuses closes the channel.
public sealed partial class BlockingChannel
{
    /// <summary>Declares a queue (<c>queue.declare</c>); one that exists must have been declared alike.</summary>
    /// <param name="queue">The name, at most 255 bytes of UTF-8; empty lets the broker choose one.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="exclusive">Whether it belongs to this connection and ends with it.</param>
    /// <param name="autoDelete">Whether it ends with its last consumer.</param>
    /// <param name="arguments">Further arguments, such as <c>x-queue-type</c>.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <returns>The broker's answer: the name, and how many messages and consumers there are.</returns>
    public QueueDeclareOk DeclareQueue(
        string queue = "",
        bool durable = false,
        bool exclusive = false,
        bool autoDelete = false,
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<QueueDeclareOk>(
            new QueueDeclare
            {
                Queue = queue,
                Durable = durable,
                Exclusive = exclusive,
                AutoDelete = autoDelete,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);

    /// <summary>Asks whether a queue exists (<c>queue.declare</c>, passive); one that does not closes the channel with
    /// 404.</summary>
    /// <param name="queue">The name.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <returns>How many messages and consumers there are.</returns>
    public QueueDeclareOk DeclareQueuePassive(string queue, TimeSpan? timeout = null) =>
        Call<QueueDeclareOk>(new QueueDeclare { Queue = queue, Passive = true }, timeout);

    /// <summary>Deletes a queue (<c>queue.delete</c>).</summary>
    /// <param name="queue">The name.</param>
    /// <param name="ifUnused">Whether only when it has no consumer.</param>
    /// <param name="ifEmpty">Whether only when it has no message.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <returns>How many messages were deleted with it.</returns>
    public uint DeleteQueue(string queue, bool ifUnused = false, bool ifEmpty = false, TimeSpan? timeout = null) =>
        Call<QueueDeleteOk>(new QueueDelete { Queue = queue, IfUnused = ifUnused, IfEmpty = ifEmpty }, timeout)
            .MessageCount;

    /// <summary>Deletes the messages of a queue that are not with a consumer (<c>queue.purge</c>).</summary>
    /// <param name="queue">The name.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <returns>How many messages were deleted.</returns>
    public uint PurgeQueue(string queue, TimeSpan? timeout = null) =>
        Call<QueuePurgeOk>(new QueuePurge { Queue = queue }, timeout).MessageCount;

    /// <summary>Declares an exchange (<c>exchange.declare</c>); one that exists must have been declared
    /// alike.</summary>
    /// <param name="exchange">The name, at most 255 bytes of UTF-8.</param>
    /// <param name="type"><c>direct</c>, <c>fanout</c>, <c>topic</c>, <c>headers</c> or a plugin's type.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="autoDelete">Whether it ends with its last binding.</param>
    /// <param name="internal">Whether only other exchanges can publish to it.</param>
    /// <param name="arguments">Further arguments, such as <c>alternate-exchange</c>.</param>
    /// <param name="timeout">The longest wait.</param>
    public void DeclareExchange(
        string exchange,
        string type = "direct",
        bool durable = false,
        bool autoDelete = false,
        bool @internal = false,
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<ExchangeDeclareOk>(
            new ExchangeDeclare
            {
                Exchange = exchange,
                Type = type,
                Durable = durable,
                AutoDelete = autoDelete,
                Internal = @internal,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);

    /// <summary>Asks whether an exchange exists (<c>exchange.declare</c>, passive); one that does not closes the
    /// channel with 404.</summary>
    /// <param name="exchange">The name.</param>
    /// <param name="timeout">The longest wait.</param>
    public void DeclareExchangePassive(string exchange, TimeSpan? timeout = null) =>
        Call<ExchangeDeclareOk>(new ExchangeDeclare { Exchange = exchange, Passive = true }, timeout);

    /// <summary>Deletes an exchange (<c>exchange.delete</c>).</summary>
    /// <param name="exchange">The name.</param>
    /// <param name="ifUnused">Whether only when nothing is bound to it.</param>
    /// <param name="timeout">The longest wait.</param>
    public void DeleteExchange(string exchange, bool ifUnused = false, TimeSpan? timeout = null) =>
        Call<ExchangeDeleteOk>(new ExchangeDelete { Exchange = exchange, IfUnused = ifUnused }, timeout);

    /// <summary>Binds a queue to an exchange (<c>queue.bind</c>). Binding twice does nothing.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments, for a headers exchange the headers to match.</param>
    /// <param name="timeout">The longest wait.</param>
    public void BindQueue(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<QueueBindOk>(
            new QueueBind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);

    /// <summary>Removes a binding of a queue (<c>queue.unbind</c>).</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments, for a headers exchange the headers to match.</param>
    /// <param name="timeout">The longest wait.</param>
    public void UnbindQueue(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<QueueUnbindOk>(
            new QueueUnbind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);

    /// <summary>Binds an exchange to another (<c>exchange.bind</c>), so that messages flow from the source.</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="timeout">The longest wait.</param>
    public void BindExchange(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<ExchangeBindOk>(
            new ExchangeBind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);

    /// <summary>Removes a binding between exchanges (<c>exchange.unbind</c>).</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="timeout">The longest wait.</param>
    public void UnbindExchange(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        TimeSpan? timeout = null) => Call<ExchangeUnbindOk>(
            new ExchangeUnbind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            timeout);
}
