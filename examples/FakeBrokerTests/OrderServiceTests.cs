using System.Text;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Xunit;

namespace Amqp.Examples.FakeBrokerTests;

/// <summary>The service tested against the fake broker: without Docker, in milliseconds, faults included.</summary>
public sealed class OrderServiceTests : IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private OrderService _service = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var listener = await _broker.ListenAsync();
        _service = await OrderService.StartAsync(listener.Uri);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Each_order_gets_an_invoice()
    {
        Send("order 1");
        Send("order 2");
        var invoices = await _broker.Queue("invoices").WaitForMessagesAsync(2);
        Assert.Equal(["invoice for order 1", "invoice for order 2"], invoices.Select(Text).Order());
        await _broker.Queue("orders").WaitUntilDrainedAsync();
        Assert.Empty(_broker.Unroutable);
    }

    [Fact]
    public async Task What_is_no_order_goes_to_the_dead_letters()
    {
        Send("hello");
        var dead = await _broker.Queue("orders.dead").WaitForMessagesAsync(1);
        Assert.Equal("hello", Text(dead[0]));
    }

    [Fact]
    public async Task A_refused_invoice_is_tried_again()
    {
        _broker.Inject(new NackPublishes(2, RoutingKey: "invoices"));
        Send("order 3");
        await _broker.Queue("invoices").WaitForMessagesAsync(1);
        await _broker.Queue("orders").WaitUntilDrainedAsync();
    }

    [Fact]
    public async Task An_order_survives_a_connection_cut_in_the_middle_of_its_invoice()
    {
        var place = ProtocolPlace.Parse("in the body of the first basic.publish");
        _broker.Inject(new CutConnection(null, new CutAtPlace(place, CutKind.Reset)));
        Send("order 4");
        var invoices = await _broker.Queue("invoices").WaitForMessagesAsync(1);
        Assert.Equal("invoice for order 4", Text(invoices[0]));
    }

    private static string Text(MessageInfo message) => Encoding.UTF8.GetString(message.Body.Span);

    private void Send(string order) => _broker.Control(core =>
        core.Publish("/", "", "orders", new BasicProperties { DeliveryMode = 2 }, Encoding.UTF8.GetBytes(order)));
}
