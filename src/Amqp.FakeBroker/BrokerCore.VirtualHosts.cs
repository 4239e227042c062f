using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Virtual hosts and their limits.</content>
public sealed partial class BrokerCore
{
    /// <summary>The names of the virtual hosts, sorted.</summary>
    public IReadOnlyList<string> VirtualHosts => [.. _virtualHosts.Keys];

    /// <summary>Adds a virtual host; nobody has permissions on it yet.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>False when it is there already.</returns>
    public bool AddVirtualHost(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _virtualHosts.TryAdd(name, new VirtualHost(this, name));
    }

    /// <summary>
    /// Sets what queues are from now on that name no x-queue-type; it does nothing to those that are not durable, or
    /// are exclusive or deleted automatically.
    /// </summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="type">"classic", "quorum" or "stream"; null for the broker's own default, classic.</param>
    /// <exception cref="BrokerControlException">No such virtual host, or no such type.</exception>
    public void SetDefaultQueueType(string virtualHost, string? type) =>
        HostOrThrow(virtualHost).DefaultQueueType = type switch
        {
            null => null,
            "classic" => QueueKind.Classic,
            "quorum" => QueueKind.Quorum,
            "stream" => QueueKind.Stream,
            _ => throw new BrokerControlException("invalid_queue_type"),
        };

    /// <summary>What queues are on a virtual host that name no x-queue-type.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <returns>"classic", "quorum" or "stream"; null when none was set.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public string? GetDefaultQueueType(string virtualHost) =>
        HostOrThrow(virtualHost).DefaultQueueType is { } kind ? QueueArgumentRules.KindName(kind) : null;

    /// <summary>Deletes a virtual host with all that is on it, and closes its connections.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>False when there is none of that name.</returns>
    public bool DeleteVirtualHost(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_virtualHosts.Remove(name, out VirtualHost? host))
        {
            return false;
        }

        CloseConnections(each => each.VirtualHost == name, $"vhost '{name}' is deleted");
        foreach (QueueModel queue in host.Queues.ToArray())
        {
            host.DeleteQueue(queue);
        }

        Access.ForgetVirtualHost(name);
        return true;
    }

    /// <summary>Sets how many connections and queues a virtual host may have from now on.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="maxConnections">The most connections; null for no limit.</param>
    /// <param name="maxQueues">The most queues; null for no limit.</param>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public void SetVirtualHostLimits(string virtualHost, int? maxConnections, int? maxQueues)
    {
        VirtualHost host = HostOrThrow(virtualHost);
        host.MaxConnections = maxConnections;
        host.MaxQueues = maxQueues;
    }

    /// <summary>
    /// Turns tracing on or off: while it is on, every publish and delivery is also published to amq.rabbitmq.trace.
    /// </summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="isOn">The new state.</param>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public void SetTracing(string virtualHost, bool isOn) => HostOrThrow(virtualHost).IsTracing = isOn;

    private VirtualHost HostOrThrow(string name) => _virtualHosts.GetValueOrDefault(name)
        ?? throw new BrokerControlException($"no vhost '{name}'") { IsNotFound = true };
}
