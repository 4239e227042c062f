namespace Amqp.FakeBroker;

/// <summary>
/// A queue as a test looks at it: each property is what it is at that moment. Safe to use from any thread.
/// </summary>
public sealed class QueueView
{
    private readonly InMemoryBroker _broker;

    internal QueueView(InMemoryBroker broker, string virtualHost, string name)
    {
        _broker = broker;
        VirtualHost = virtualHost;
        Name = name;
    }

    /// <summary>The virtual host.</summary>
    public string VirtualHost { get; }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    /// <summary>True when the queue is there.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Everything known of it.</summary>
    /// <exception cref="BrokerControlException">The queue is not there.</exception>
    public QueueInfo Info => Find()
        ?? throw new BrokerControlException($"no queue '{Name}' in vhost '{VirtualHost}'") { IsNotFound = true };

    /// <summary>The messages that wait for a consumer, in the order of delivery, of two priorities that take turns the
    /// high one first; none when there is no queue.</summary>
    public IReadOnlyList<MessageInfo> Messages =>
        _broker.Control(core => core.FindQueue(VirtualHost, Name) is null ? [] : core.BrowseQueue(VirtualHost, Name));

    /// <summary>How many messages wait for a consumer; 0 when there is no queue.</summary>
    public int Ready => Find()?.Ready ?? 0;

    /// <summary>How many messages are handed out and not acknowledged; 0 when there is no queue.</summary>
    public int Unacknowledged => Find()?.Unacknowledged ?? 0;

    /// <summary>How many consumers it has; 0 when there is no queue.</summary>
    public int Consumers => Find()?.Consumers.Length ?? 0;

    /// <summary>True when nothing waits and nothing is unacknowledged.</summary>
    public bool IsDrained => Find() is null or { Messages: 0 };

    /// <summary>Waits until at least this many messages wait for a consumer.</summary>
    /// <param name="count">How many.</param>
    /// <param name="timeout">How long at most, by the broker's <see cref="TimeProvider"/>; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The messages.</returns>
    /// <exception cref="TimeoutException">There were fewer.</exception>
    public async Task<IReadOnlyList<MessageInfo>> WaitForMessagesAsync(
        int count, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        await WaitAsync(view => view.Ready >= count, $"{count} messages in {Name}", timeout, cancellationToken)
            .ConfigureAwait(false);
        return Messages;
    }

    /// <summary>Waits until the queue has at least this many consumers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="timeout">How long at most; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that completes when they are there.</returns>
    /// <exception cref="TimeoutException">There were fewer.</exception>
    public Task WaitForConsumersAsync(
        int count = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(view => view.Consumers >= count, $"{count} consumers of {Name}", timeout, cancellationToken);

    /// <summary>Waits until nothing waits in the queue and nothing is unacknowledged.</summary>
    /// <param name="timeout">How long at most; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that completes when it is so.</returns>
    /// <exception cref="TimeoutException">Something was left.</exception>
    public Task WaitUntilDrainedAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(static view => view.IsDrained, $"{Name} to be drained", timeout, cancellationToken);

    private Task WaitAsync(
        Func<QueueView, bool> condition, string description, TimeSpan? timeout, CancellationToken cancellationToken) =>
        _broker.WaitUntilAsync(_ => condition(this), description, timeout, cancellationToken);

    private QueueInfo? Find() => _broker.Control(core => core.FindQueue(VirtualHost, Name));
}
