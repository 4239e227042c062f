// A worker service: it makes an invoice for each order, and goes on whatever happens to its connection.
// Needs no broker: it uses the fake one. With `--uri amqp://guest:guest@localhost` it uses a real one.
// Its tests are in ../ResilientServiceTests: they run it in virtual time and make its broker and network fail.
using System.Text;
using Amqp.Engine.Spec;
using Amqp.Examples;
using Amqp.Examples.ResilientService;
using Amqp.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

await using var broker = await ExampleBroker.StartAsync(args);
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args });
builder.Logging.ClearProviders();
builder.Services.AddSingleton(AmqpConnectionOptions.Parse(broker.Uri));
builder.Services.AddSingleton<IConnector>(new SocketConnector());
builder.Services.AddHostedService<InvoiceWorker>();
using var host = builder.Build();
await host.StartAsync();

// The customer: three orders, and their invoices.
await using (var connection = await AmqpConnection.ConnectAsync(broker.Uri))
await using (var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }))
{
    await channel.DeclareQueueAsync("orders", durable: true);
    await channel.DeclareQueueAsync("invoices", durable: true);
    for (var i = 1; i <= 3; i++)
    {
        var properties = new BasicProperties { DeliveryMode = 2, MessageId = $"{i}" };
        await channel.PublishAsync("", "orders", Encoding.UTF8.GetBytes($"order {i}"), properties);
    }

    var left = 3;
    await foreach (var invoice in channel.ConsumeAsync("invoices"))
    {
        Console.WriteLine(Encoding.UTF8.GetString(invoice.Body.Span));
        await invoice.AckAsync();
        if (--left == 0)
        {
            break;
        }
    }
}

await host.StopAsync();
Console.WriteLine("stopped");
