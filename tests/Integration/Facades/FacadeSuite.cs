using System.Text;
using Amqp.Integration.Brokers;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Facades;

/// <summary>What an application sees, the same in every kind of connection, against the fake broker and a real
/// RabbitMQ.</summary>
public abstract partial class FacadeSuite(IBrokerUnderTest broker) : IAsyncLifetime
{
    private static readonly string Run = $"{Environment.ProcessId}.{TimeProvider.System.GetUtcNow():HHmmss}";
    private static int _lastName;
    private readonly List<IFacade> _facades = [];

    /// <summary>All kinds.</summary>
    public static TheoryData<FacadeKind> Kinds { get; } = [.. Enum.GetValues<FacadeKind>()];

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var facade in _facades)
        {
            await facade.DisposeAsync().Within();
        }
    }

    private AmqpConnectionOptions Options => AmqpConnectionOptions.Parse(broker.Uri);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Delivery? delivery) =>
        Encoding.UTF8.GetString(Assert.IsType<Delivery>(delivery).Body.Span);

    private static string NewName(string kind) =>
        $"amqp-sim.{Run}.facade.{Interlocked.Increment(ref _lastName)}.{kind}";

    private async Task<IFacade> ConnectAsync(FacadeKind kind, AmqpConnectionOptions? options = null)
    {
        options ??= Options;
        var facade = await (kind switch
        {
            FacadeKind.Async => AsyncFacade.ConnectAsync(options),
            FacadeKind.Blocking => BlockingFacade.ConnectAsync(options, BlockingDispatch.CallersThread),
            FacadeKind.BlockingOwnThread => BlockingFacade.ConnectAsync(options, BlockingDispatch.OwnThread),
            _ => SelectFacade.ConnectAsync(options),
        }).Within();
        _facades.Add(facade);
        return facade;
    }

    private async Task<IFacadeChannel> OpenAsync(FacadeKind kind, bool confirms = false, ushort prefetch = 0) =>
        await (await ConnectAsync(kind)).OpenChannelAsync(confirms, prefetch).Within();

    private static async Task<string> QueueAsync(IFacadeChannel channel) =>
        (await channel.DeclareQueueAsync(NewName("queue")).Within()).Queue;
}
