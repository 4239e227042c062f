using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Examples.FakeBrokerTests;

/// <summary>
/// The service under test: takes orders from a queue and publishes an invoice for each; an order it cannot read goes
/// to the dead letters. It knows nothing of the fake broker.
/// </summary>
public sealed class OrderService : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private OrderService(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>Connects, declares what it needs and starts to work.</summary>
    public static async Task<OrderService> StartAsync(string uri)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(uri),
            NetworkRecoveryInterval = TimeSpan.FromMilliseconds(20),
        };
        var connection = await factory.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var service = new OrderService(connection, channel);
        await channel.QueueDeclareAsync("orders.dead", true, false, false);
        await channel.QueueDeclareAsync("orders", true, false, false, new Dictionary<string, object?>
        {
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = "orders.dead",
        });
        await channel.QueueDeclareAsync("invoices", true, false, false);
        await channel.BasicQosAsync(0, 10, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += service.OnOrderAsync;
        await channel.BasicConsumeAsync("orders", autoAck: false, consumer);
        return service;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task OnOrderAsync(object sender, BasicDeliverEventArgs order)
    {
        var text = Encoding.UTF8.GetString(order.Body.Span);
        if (!text.StartsWith("order ", StringComparison.Ordinal))
        {
            await _channel.BasicRejectAsync(order.DeliveryTag, requeue: false);
            return;
        }

        try
        {
            // The invoice is confirmed before the order is acknowledged: nothing is lost in between.
            var invoice = Encoding.UTF8.GetBytes("invoice for " + text);
            await _channel.BasicPublishAsync("", "invoices", mandatory: true, invoice);
            await _channel.BasicAckAsync(order.DeliveryTag, multiple: false);
        }
        catch (RabbitMQ.Client.Exceptions.PublishException)
        {
            await _channel.BasicNackAsync(order.DeliveryTag, multiple: false, requeue: true);
        }
    }
}
