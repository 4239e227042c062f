using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Integration.Brokers;

/// <summary>The fake broker, listening on a loopback port: one for all tests of the run.</summary>
public sealed class FakeBrokerFixture : IBrokerUnderTest, IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener? _listener;

    /// <inheritdoc/>
    public string? SkipReason => null;

    /// <inheritdoc/>
    public string Uri => _listener!.Uri;

    /// <inheritdoc/>
    public string Description => "the fake broker";

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _listener!.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
