using Amqp.Examples.ResilientService;
using Amqp.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Examples.ResilientServiceTests;

/// <summary>
/// The worker as it was once: it acknowledges an order before its invoice is safe. All its tests were green, for the
/// moment in between is short.
/// </summary>
internal sealed class InvoiceWorkerBefore(AmqpConnectionOptions options, IConnector connector)
    : InvoiceWorker(options, connector, NullLogger<InvoiceWorker>.Instance)
{
    /// <inheritdoc/>
    protected override async Task HandleAsync(
        AmqpChannel channel, Delivery order, CancellationToken cancellationToken)
    {
        await order.AckAsync(cancellationToken: cancellationToken);
        await PublishInvoiceAsync(channel, order, cancellationToken);
    }
}
