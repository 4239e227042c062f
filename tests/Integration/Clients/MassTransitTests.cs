using Amqp.FakeBroker;
using Amqp.Integration.Support;
using MassTransit;
using Xunit;

namespace Amqp.Integration.Clients;

/// <summary>A MassTransit bus works against the fake broker over TCP, unchanged.</summary>
public sealed class MassTransitTests : IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_published_event_reaches_its_consumer_through_the_exchanges()
    {
        var got = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus(("orders", endpoint => endpoint.Handler<OrderPlaced>(context =>
        {
            got.TrySetResult(context.Message.Number);
            return Task.CompletedTask;
        })));
        await bus.StartAsync().Within();
        try
        {
            await bus.Publish(new OrderPlaced("A-1")).Within();
            Assert.Equal("A-1", await got.Task.Within());
            await _broker.Queue("orders").WaitUntilDrainedAsync();
            Assert.Contains(
                _broker.Control(core => core.ListExchanges("/")),
                exchange => exchange.Type == "fanout"
                    && exchange.Name.EndsWith("-OrderPlaced", StringComparison.Ordinal));
        }
        finally
        {
            await bus.StopAsync().Within();
        }
    }

    [Fact]
    public async Task A_request_gets_its_response()
    {
        var bus = Bus(("prices", endpoint => endpoint.Handler<PriceAsked>(
            context => context.RespondAsync(new PriceGiven(context.Message.Article, 12)))));
        await bus.StartAsync().Within();
        try
        {
            var client = bus.CreateRequestClient<PriceAsked>(new Uri("queue:prices"));
            var response = await client.GetResponse<PriceGiven>(new PriceAsked("nut")).Within();
            Assert.Equal(new PriceGiven("nut", 12), response.Message);
        }
        finally
        {
            await bus.StopAsync().Within();
        }
    }

    [Fact]
    public async Task A_message_whose_handler_fails_goes_to_the_error_queue()
    {
        var bus = Bus(("failing", endpoint => endpoint.Handler<OrderPlaced>(
            _ => throw new InvalidOperationException("on purpose"))));
        await bus.StartAsync().Within();
        try
        {
            await bus.Publish(new OrderPlaced("A-2")).Within();
            var failed = await _broker.Queue("failing_error").WaitForMessagesAsync(1, Waiting.Limit);
            Assert.True(failed[0].Properties.Headers!.TryGet("MT-Fault-Message", out var message));
            Assert.Equal("on purpose", message.AsString());
        }
        finally
        {
            await bus.StopAsync().Within();
        }
    }

    private IBusControl Bus(
        params (string Queue, Action<IRabbitMqReceiveEndpointConfigurator> Configure)[] endpoints) =>
        MassTransit.Bus.Factory.CreateUsingRabbitMq(configuration =>
        {
            configuration.Host("127.0.0.1", (ushort)_listener.Port, "/", host =>
            {
                host.Username("guest");
                host.Password("guest");
            });
            foreach (var (queue, configure) in endpoints)
            {
                configuration.ReceiveEndpoint(queue, configure);
            }
        });

    public sealed record OrderPlaced(string Number);

    public sealed record PriceAsked(string Article);

    public sealed record PriceGiven(string Article, int Price);
}
