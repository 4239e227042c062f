using System.Text;
using Amqp.Engine.Spec;
using Amqp.Transport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Amqp.Examples.ResilientService;

/// <summary>
/// Takes orders from a queue and publishes an invoice for each. Whatever happens to the connection, each order gets an
/// invoice; now and then it gets a second one with the same number, which whoever takes invoices leaves out.
/// </summary>
/// <remarks>It knows nothing of the simulator: its clock and its connector are given to it, and that is all.</remarks>
public class InvoiceWorker(
    AmqpConnectionOptions options, IConnector connector, ILogger<InvoiceWorker> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(stoppingToken);
            }
            catch (AmqpException error)
            {
                logger.LogWarning("again in a second, after {Error}", error.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(PauseAfterFailure, options.TimeProvider, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes the invoice of one order. The order is acknowledged when its invoice is safe, not
    /// before.</summary>
    protected virtual async Task HandleAsync(
        AmqpChannel channel, Delivery order, CancellationToken cancellationToken)
    {
        try
        {
            await PublishInvoiceAsync(channel, order, cancellationToken);
            await order.AckAsync(cancellationToken: cancellationToken);
        }
        catch (PublishNackedException)
        {
            await order.NackAsync(requeue: true, cancellationToken: cancellationToken);
        }
    }

    /// <summary>Publishes the invoice of an order, and waits until the broker has it.</summary>
    protected static async Task PublishInvoiceAsync(
        AmqpChannel channel, Delivery order, CancellationToken cancellationToken)
    {
        var invoice = Encoding.UTF8.GetBytes("invoice for " + Encoding.UTF8.GetString(order.Body.Span));
        var properties = new BasicProperties { DeliveryMode = 2, MessageId = order.Properties.MessageId };
        await channel.PublishAsync(
            "", "invoices", invoice, properties, mandatory: true, cancellationToken: cancellationToken);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await using var connection = await AmqpConnection.ConnectAsync(options, connector, cancellationToken);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, PrefetchCount = 5 }, cancellationToken);
        await channel.DeclareQueueAsync("orders", durable: true, cancellationToken: cancellationToken);
        await channel.DeclareQueueAsync("invoices", durable: true, cancellationToken: cancellationToken);
        await foreach (var order in channel.ConsumeAsync("orders", cancellationToken: cancellationToken))
        {
            await HandleAsync(channel, order, cancellationToken);
        }
    }
}
