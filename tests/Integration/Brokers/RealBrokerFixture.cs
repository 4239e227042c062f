using Xunit;

namespace Amqp.Integration.Brokers;

/// <summary>
/// A real RabbitMQ, one for all tests of the run. Looked for in this order: the URI in AMQP_TEST_URI (where a failure
/// is an error), Docker, a rabbitmq-server on this machine. Where none is to be had its tests are skipped, with the
/// reasons. AMQP_TEST_CTL names the rabbitmqctl of the broker that AMQP_TEST_URI names.
/// </summary>
public sealed class RealBrokerFixture : IBrokerUnderTest, IAsyncLifetime
{
    private IAsyncDisposable? _started;

    /// <inheritdoc/>
    public string? SkipReason { get; private set; }

    /// <inheritdoc/>
    public string Uri { get; private set; } = "";

    /// <inheritdoc/>
    public string Description { get; private set; } = "";

    /// <summary>The broker's rabbitmqctl; null where there is none.</summary>
    public BrokerControl? Control { get; private set; }

    /// <summary>True when nobody else uses the broker, so that a test may restart it.</summary>
    public bool IsOwn => _started is not null;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("AMQP_TEST_URI") is { Length: > 0 } given)
        {
            await BrokerProbe.ConnectOnceAsync(given);
            Use(given, "the broker that AMQP_TEST_URI names", null);
            Control = BrokerControl.FromEnvironment();
            return;
        }

        var (container, noContainer) = await RabbitContainer.TryStartAsync();
        if (container is not null)
        {
            Use(container.Uri, $"a container of {container.Image}", container);
            return;
        }

        var (node, noNode) = await RabbitNode.TryStartAsync();
        if (node is not null)
        {
            Use(node.Uri, $"a private node of this machine's rabbitmq-server (no container: {noContainer})", node);
            Control = node.Control;
            return;
        }

        SkipReason = $"no real RabbitMQ: AMQP_TEST_URI is not set; Docker: {noContainer}; this machine: {noNode}";
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }

    private void Use(string uri, string description, IAsyncDisposable? started)
    {
        Uri = uri;
        Description = description;
        _started = started;
    }
}
