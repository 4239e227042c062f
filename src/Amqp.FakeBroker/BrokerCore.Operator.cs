using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>What the control plane asks of the core beside lists.</content>
public sealed partial class BrokerCore
{
    /// <summary>The version named in the server properties.</summary>
    public string Version => Options.Version ?? Profile.Version;

    /// <summary>How many messages were published since the start, or since the journal was cleared.</summary>
    public long PublishedCount => Journal.PublishedCount;

    /// <summary>How many of them reached no queue.</summary>
    public long UnroutableCount => Journal.UnroutableCount;

    /// <summary>The date and time at which a connection was opened.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>By the broker's clock.</returns>
    public DateTimeOffset OpenedAt(BrokerConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return UtcNow - (Now - connection.OpenedAt);
    }

    /// <summary>Checks a login as the broker itself does.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <returns>The user; null when the name or the password is wrong.</returns>
    public BrokerUser? Authenticate(string user, string password) => Access.Authenticate(user, password)?.User;

    /// <summary>The limits of a user.</summary>
    /// <param name="user">The user's name.</param>
    /// <returns>The most connections and channels; null for no limit.</returns>
    /// <exception cref="BrokerControlException">No such user.</exception>
    public (int? MaxConnections, int? MaxChannels) GetUserLimits(string user)
    {
        UserAccount account = UserOrThrow(user);
        return (account.MaxConnections, account.MaxChannels);
    }

    /// <summary>The limits of a virtual host.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <returns>The most connections and queues; null for no limit.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public (int? MaxConnections, int? MaxQueues) GetVirtualHostLimits(string virtualHost)
    {
        VirtualHost host = HostOrThrow(virtualHost);
        return (host.MaxConnections, host.MaxQueues);
    }

    /// <summary>Whether a virtual host is traced.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <returns>True while tracing is on.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public bool IsTracing(string virtualHost) => HostOrThrow(virtualHost).IsTracing;
}
