namespace Amqp.FakeBroker.Access;

/// <summary>A user as the broker keeps it: the account, its permissions by virtual host, its limits.</summary>
internal sealed class UserAccount(BrokerUser user)
{
    /// <summary>The expression asked for last: a publisher asks for the same one again and again.</summary>
    private NamePattern? _topicPattern;

    public BrokerUser User { get; set; } = user;

    public string Name => User.Name;

    /// <summary>By virtual host; sorted, because lists of permissions are shown.</summary>
    public SortedDictionary<string, PermissionSet> Permissions { get; } = new(StringComparer.Ordinal);

    /// <summary>By virtual host and exchange.</summary>
    public SortedDictionary<string, SortedDictionary<string, TopicPermissionInfo>> Topics { get; } =
        new(StringComparer.Ordinal);

    public int? MaxConnections { get; set; }

    public int? MaxChannels { get; set; }

    /// <summary>True until the user is deleted.</summary>
    public bool IsLive { get; set; } = true;

    public bool Allows(string virtualHost, PermissionKind kind, string name) =>
        Permissions.TryGetValue(virtualHost, out PermissionSet? set) && set.Allows(kind, name);

    /// <summary>Without an entry for the exchange every routing key is allowed.</summary>
    public bool AllowsTopic(string virtualHost, string exchange, PermissionKind kind, string routingKey)
    {
        if (!Topics.TryGetValue(virtualHost, out SortedDictionary<string, TopicPermissionInfo>? byExchange)
            || !byExchange.TryGetValue(exchange, out TopicPermissionInfo? entry))
        {
            return true;
        }

        string pattern = (kind == PermissionKind.Write ? entry.Write : entry.Read)
            .Replace("{username}", Name, StringComparison.Ordinal)
            .Replace("{vhost}", virtualHost, StringComparison.Ordinal);
        if (_topicPattern?.Pattern != pattern)
        {
            _topicPattern = new NamePattern(pattern);
        }

        return _topicPattern.IsMatch(routingKey);
    }
}
