using Xunit;

namespace Amqp.Integration.Brokers;

/// <summary>A private node of this machine's rabbitmq-server, reached over TLS: one for all tests of the run.</summary>
public sealed class SecureNodeFixture : IBrokerUnderTest, IAsyncLifetime
{
    private RabbitNode? _node;

    /// <inheritdoc/>
    public string? SkipReason { get; private set; }

    /// <inheritdoc/>
    public string Uri => _node!.SecureUri;

    /// <inheritdoc/>
    public string Description => "a private node of this machine's rabbitmq-server, over TLS";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        (_node, var reason) = await RabbitNode.TryStartAsync();
        SkipReason = _node is null ? $"no RabbitMQ with TLS: {reason}" : null;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}
