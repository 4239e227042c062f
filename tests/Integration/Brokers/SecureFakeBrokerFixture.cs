using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Integration.Brokers;

/// <summary>The fake broker behind TLS on a loopback port: one for all tests of the run.</summary>
public sealed class SecureFakeBrokerFixture : IBrokerUnderTest, IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener? _listener;

    /// <inheritdoc/>
    public string? SkipReason => null;

    /// <inheritdoc/>
    public string Uri => $"amqps://guest:guest@127.0.0.1:{_listener!.Port}?verify=verify_none";

    /// <inheritdoc/>
    public string Description => "the fake broker over TLS";

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync(0, BrokerTls.SelfSigned());

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _listener!.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
