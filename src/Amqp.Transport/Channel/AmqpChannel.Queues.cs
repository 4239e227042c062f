using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

// Queues (AMQP 0-9-1 section 1.7.2). A broker that refuses closes the channel: AmqpChannelClosedException.
public sealed partial class AmqpChannel
{
    /// <summary>Declares a queue (<c>queue.declare</c>); one that exists must have been declared alike.</summary>
    /// <param name="queue">The name, at most 255 bytes of UTF-8; empty lets the broker choose one.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="exclusive">Whether it belongs to this connection and ends with it.</param>
    /// <param name="autoDelete">Whether it ends with its last consumer.</param>
    /// <param name="arguments">Further arguments, such as <c>x-queue-type</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The broker's answer: the name, and how many messages and consumers there are.</returns>
    public Task<QueueDeclareOk> DeclareQueueAsync(
        string queue = "",
        bool durable = false,
        bool exclusive = false,
        bool autoDelete = false,
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<QueueDeclareOk>(
            new QueueDeclare
            {
                Queue = queue,
                Durable = durable,
                Exclusive = exclusive,
                AutoDelete = autoDelete,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);

    /// <summary>Asks whether a queue exists (<c>queue.declare</c>, passive); one that does not closes the channel with
    /// 404.</summary>
    /// <param name="queue">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many messages and consumers there are.</returns>
    public Task<QueueDeclareOk> DeclareQueuePassiveAsync(string queue, CancellationToken cancellationToken = default) =>
        CallAsync<QueueDeclareOk>(new QueueDeclare { Queue = queue, Passive = true }, cancellationToken);

    /// <summary>Deletes a queue (<c>queue.delete</c>).</summary>
    /// <param name="queue">The name.</param>
    /// <param name="ifUnused">Whether only when it has no consumer.</param>
    /// <param name="ifEmpty">Whether only when it has no message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many messages were deleted with it.</returns>
    public async Task<uint> DeleteQueueAsync(
        string queue, bool ifUnused = false, bool ifEmpty = false, CancellationToken cancellationToken = default) =>
        (await CallAsync<QueueDeleteOk>(
            new QueueDelete { Queue = queue, IfUnused = ifUnused, IfEmpty = ifEmpty }, cancellationToken)
            .ConfigureAwait(false)).MessageCount;

    /// <summary>Deletes the messages of a queue that are not with a consumer (<c>queue.purge</c>).</summary>
    /// <param name="queue">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many messages were deleted.</returns>
    public async Task<uint> PurgeQueueAsync(string queue, CancellationToken cancellationToken = default) =>
        (await CallAsync<QueuePurgeOk>(new QueuePurge { Queue = queue }, cancellationToken).ConfigureAwait(false))
        .MessageCount;

    /// <summary>Binds a queue to an exchange (<c>queue.bind</c>). Binding twice does nothing.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments, for a headers exchange the headers to match.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task BindQueueAsync(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<QueueBindOk>(
            new QueueBind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);

    /// <summary>Removes a binding of a queue (<c>queue.unbind</c>).</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">The arguments that it was bound with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task UnbindQueueAsync(
        string queue,
        string exchange,
        string routingKey = "",
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<QueueUnbindOk>(
            new QueueUnbind
            {
                Queue = queue,
                Exchange = exchange,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);
}
