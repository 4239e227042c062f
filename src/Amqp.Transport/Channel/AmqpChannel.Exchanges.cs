using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

// Exchanges (AMQP 0-9-1 section 1.6, and RabbitMQ's exchange to exchange bindings).
public sealed partial class AmqpChannel
{
    /// <summary>Declares an exchange (<c>exchange.declare</c>); one that exists must have been declared
    /// alike.</summary>
    /// <param name="exchange">The name, at most 255 bytes of UTF-8.</param>
    /// <param name="type"><c>direct</c>, <c>fanout</c>, <c>topic</c>, <c>headers</c> or a plugin's type.</param>
    /// <param name="durable">Whether it survives a restart of the broker.</param>
    /// <param name="autoDelete">Whether it ends with its last binding.</param>
    /// <param name="internal">Whether only other exchanges can publish to it.</param>
    /// <param name="arguments">Further arguments, such as <c>alternate-exchange</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task DeclareExchangeAsync(
        string exchange,
        string type = "direct",
        bool durable = false,
        bool autoDelete = false,
        bool @internal = false,
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<ExchangeDeclareOk>(
            new ExchangeDeclare
            {
                Exchange = exchange,
                Type = type,
                Durable = durable,
                AutoDelete = autoDelete,
                Internal = @internal,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);

    /// <summary>Asks whether an exchange exists (<c>exchange.declare</c>, passive); one that does not closes the
    /// channel with 404.</summary>
    /// <param name="exchange">The name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task DeclareExchangePassiveAsync(string exchange, CancellationToken cancellationToken = default) =>
        CallAsync<ExchangeDeclareOk>(new ExchangeDeclare { Exchange = exchange, Passive = true }, cancellationToken);

    /// <summary>Deletes an exchange (<c>exchange.delete</c>).</summary>
    /// <param name="exchange">The name.</param>
    /// <param name="ifUnused">Whether only when nothing is bound to it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task DeleteExchangeAsync(
        string exchange, bool ifUnused = false, CancellationToken cancellationToken = default) =>
        CallAsync<ExchangeDeleteOk>(new ExchangeDelete { Exchange = exchange, IfUnused = ifUnused }, cancellationToken);

    /// <summary>Binds an exchange to another (<c>exchange.bind</c>), so that messages flow from the source.</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task BindExchangeAsync(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<ExchangeBindOk>(
            new ExchangeBind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);

    /// <summary>Removes a binding between exchanges (<c>exchange.unbind</c>).</summary>
    /// <param name="destination">The exchange that receives.</param>
    /// <param name="source">The exchange that sends.</param>
    /// <param name="routingKey">The routing key or pattern.</param>
    /// <param name="arguments">The arguments that it was bound with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public Task UnbindExchangeAsync(
        string destination,
        string source,
        string routingKey = "",
        FieldTable? arguments = null,
        CancellationToken cancellationToken = default) => CallAsync<ExchangeUnbindOk>(
            new ExchangeUnbind
            {
                Destination = destination,
                Source = source,
                RoutingKey = routingKey,
                Arguments = arguments ?? FieldTable.Empty,
            },
            cancellationToken);
}
