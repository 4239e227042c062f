using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker;

/// <content>Users, permissions and their limits: what rabbitmqctl and the management API do with them.</content>
public sealed partial class BrokerCore
{
    /// <summary>The users by name.</summary>
    public IReadOnlyList<BrokerUser> Users => [.. Access.Users.Select(static each => each.User)];

    /// <summary>Every permission, by user and virtual host.</summary>
    public IReadOnlyList<PermissionInfo> Permissions =>
        [.. from account in Access.Users
            from pair in account.Permissions
            select new PermissionInfo(account.Name, pair.Key, pair.Value.Permissions)];

    /// <summary>Every topic permission, by user, virtual host and exchange.</summary>
    public IReadOnlyList<TopicPermissionInfo> TopicPermissions =>
        [.. from account in Access.Users
            from byHost in account.Topics.Values
            from entry in byHost.Values
            select entry];

    /// <summary>
    /// Adds a user, without permissions, or changes an existing one's password and tags. Open connections go on.
    /// </summary>
    /// <param name="user">The account; its list of virtual hosts is not looked at here.</param>
    /// <exception cref="BrokerControlException">Its password hash is none, so that nobody could log in.</exception>
    public void PutUser(BrokerUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.PasswordHash is { Length: > 0 } hash && !PasswordHash.IsWellFormed(hash))
        {
            throw new BrokerControlException(
                $"the password hash of user '{user.Name}' must be base64 of 4 octets and a SHA-256 or SHA-512 hash");
        }

        Access.Put(user);
    }

    /// <summary>Deletes a user and closes its connections.</summary>
    /// <param name="name">The user's name.</param>
    /// <returns>False when there is no such user.</returns>
    public bool DeleteUser(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Access.Remove(name))
        {
            return false;
        }

        CloseConnections(each => each.UserName == name, $"user '{name}' is deleted");
        return true;
    }

    /// <summary>Sets what a user may do on a virtual host; it acts at once, on open channels too.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="permissions">The three expressions.</param>
    /// <exception cref="BrokerControlException">
    /// No such user or virtual host, or an expression is malformed.
    /// </exception>
    public void SetPermissions(string virtualHost, string user, BrokerPermissions permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        HostOrThrow(virtualHost);
        UserOrThrow(user).Permissions[virtualHost] = Parsed(() => new PermissionSet(permissions));
    }

    /// <summary>Takes a user's permissions on a virtual host away.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="user">The user's name.</param>
    /// <returns>False when the user had none there.</returns>
    /// <exception cref="BrokerControlException">No such user.</exception>
    public bool ClearPermissions(string virtualHost, string user) =>
        UserOrThrow(user).Permissions.Remove(virtualHost);

    /// <summary>Sets what routing keys a user may use on a topic exchange.</summary>
    /// <param name="permission">User, virtual host, exchange and the two expressions.</param>
    /// <exception cref="BrokerControlException">
    /// No such user or virtual host, or an expression is malformed.
    /// </exception>
    public void SetTopicPermission(TopicPermissionInfo permission)
    {
        ArgumentNullException.ThrowIfNull(permission);
        HostOrThrow(permission.VirtualHost);
        UserAccount account = UserOrThrow(permission.User);
        Parsed(() => (new NamePattern(permission.Write), new NamePattern(permission.Read)));
        if (!account.Topics.TryGetValue(
            permission.VirtualHost,
            out SortedDictionary<string, TopicPermissionInfo>? byExchange))
        {
            account.Topics.Add(permission.VirtualHost, byExchange = new(StringComparer.Ordinal));
        }

        byExchange[permission.Exchange] = permission;
    }

    /// <summary>Takes a user's topic permissions on a virtual host away.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="exchange">The exchange; null for all.</param>
    /// <returns>False when the user had none there.</returns>
    /// <exception cref="BrokerControlException">No such user.</exception>
    public bool ClearTopicPermissions(string virtualHost, string user, string? exchange = null)
    {
        UserAccount account = UserOrThrow(user);
        return exchange is null
            ? account.Topics.Remove(virtualHost)
            : account.Topics.TryGetValue(virtualHost, out SortedDictionary<string, TopicPermissionInfo>? byExchange)
                && byExchange.Remove(exchange);
    }

    /// <summary>Sets how many connections and channels a user may have open from now on.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="maxConnections">The most connections; null for no limit.</param>
    /// <param name="maxChannels">The most channels over all connections; null for no limit.</param>
    /// <exception cref="BrokerControlException">No such user.</exception>
    public void SetUserLimits(string user, int? maxConnections, int? maxChannels)
    {
        UserAccount account = UserOrThrow(user);
        account.MaxConnections = maxConnections;
        account.MaxChannels = maxChannels;
    }

    internal UserAccount UserOrThrow(string name) => Access.Find(name)
        ?? throw new BrokerControlException($"no user '{name}'") { IsNotFound = true };

    private static T Parsed<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (ArgumentException e)
        {
            throw new BrokerControlException($"malformed regular expression: {e.Message}", e);
        }
    }
}
