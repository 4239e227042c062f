using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

// Queues and exchanges (AMQP 0-9-1 sections 1.6 and 1.7), and transactions (1.9). A broker that refuses closes the
// channel.
public sealed partial class SelectChannel
{
    /// <summary>Declares a queue; one that exists must have been declared alike.</summary>
    /// <param name="queue">The name; empty lets the broker choose one.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="exclusive">Whether it belongs to this connection.</param>
    /// <param name="autoDelete">Whether it ends with its last consumer.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeclareQueue(
        string queue = "",
        bool durable = false,
        bool exclusive = false,
        bool autoDelete = false,
        FieldTable? arguments = null,
        Action<QueueDeclareOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueueDeclare
            {
                Queue = queue,
                Durable = durable,
                Exclusive = exclusive,
                AutoDelete = autoDelete,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Asks whether a queue exists; one that does not closes the channel with 404.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeclareQueuePassive(
        string queue,
        Action<QueueDeclareOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueueDeclare { Queue = queue, Passive = true },
            onOk,
            onError);

    /// <summary>Deletes a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="ifUnused">Whether only when it has no consumer.</param>
    /// <param name="ifEmpty">Whether only when it has no message.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeleteQueue(
        string queue,
        bool ifUnused = false,
        bool ifEmpty = false,
        Action<QueueDeleteOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueueDelete { Queue = queue, IfUnused = ifUnused, IfEmpty = ifEmpty },
            onOk,
            onError);

    /// <summary>Deletes the messages of a queue that are not with a consumer.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void PurgeQueue(
        string queue,
        Action<QueuePurgeOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueuePurge { Queue = queue },
            onOk,
            onError);

    /// <summary>Binds a queue to an exchange.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void BindQueue(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        Action<QueueBindOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueueBind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Removes a binding of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void UnbindQueue(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        Action<QueueUnbindOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new QueueUnbind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Declares an exchange; one that exists must have been declared alike.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="type"><c>direct</c>, <c>fanout</c>, <c>topic</c>, <c>headers</c> or a plugin's type.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="autoDelete">Whether it ends with its last binding.</param>
    /// <param name="internal">Whether only other exchanges can publish to it.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeclareExchange(
        string exchange,
        string type = "direct",
        bool durable = false,
        bool autoDelete = false,
        bool @internal = false,
        FieldTable? arguments = null,
        Action<ExchangeDeclareOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new ExchangeDeclare
            {
                Exchange = exchange,
                Type = type,
                Durable = durable,
                AutoDelete = autoDelete,
                Internal = @internal,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Asks whether an exchange exists; one that does not closes the channel with 404.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeclareExchangePassive(
        string exchange,
        Action<ExchangeDeclareOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new ExchangeDeclare { Exchange = exchange, Passive = true },
            onOk,
            onError);

    /// <summary>Deletes an exchange.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="ifUnused">Whether only when nothing is bound to it.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void DeleteExchange(
        string exchange,
        bool ifUnused = false,
        Action<ExchangeDeleteOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new ExchangeDelete { Exchange = exchange, IfUnused = ifUnused },
            onOk,
            onError);

    /// <summary>Binds an exchange to another, so that messages flow from the source.</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void BindExchange(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        Action<ExchangeBindOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new ExchangeBind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Removes a binding between exchanges.</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void UnbindExchange(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        Action<ExchangeUnbindOk>? onOk = null,
        Action<AmqpException>? onError = null) => Call(
            new ExchangeUnbind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            onOk,
            onError);

    /// <summary>Puts the channel into transaction mode (<c>tx.select</c>).</summary>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void TxSelect(Action<TxSelectOk>? onOk = null, Action<AmqpException>? onError = null)
    {
        _inner.BeginTransactions();
        Call(new TxSelect(), onOk, onError);
    }

    /// <summary>Commits what was published and acknowledged since the last commit.</summary>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void TxCommit(Action<TxCommitOk>? onOk = null, Action<AmqpException>? onError = null) =>
        Call(new TxCommit(), onOk, onError);

    /// <summary>Drops what was published and acknowledged since the last commit.</summary>
    /// <param name="onOk">Called with the answer.</param>
    /// <param name="onError">Called when it failed.</param>
    public void TxRollback(Action<TxRollbackOk>? onOk = null, Action<AmqpException>? onError = null) =>
        Call(new TxRollback(), onOk, onError);
}
