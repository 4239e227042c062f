namespace Amqp.FakeBroker.Access;

/// <summary>Every user with its permissions: the one place that says who may log in and do what.</summary>
internal sealed class AccessControl
{
    private readonly SortedDictionary<string, UserAccount> _users = new(StringComparer.Ordinal);

    public IEnumerable<UserAccount> Users => _users.Values;

    public UserAccount? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>The account with that password; null when the name or the password is wrong.</summary>
    public UserAccount? Authenticate(string name, string password) =>
        _users.TryGetValue(name, out UserAccount? account) && Accepts(account.User, password) ? account : null;

    private static bool Accepts(BrokerUser user, string password) => user.Password is { } right
        ? right == password
        : user.PasswordHash is { } hash && Definitions.PasswordHash.Matches(hash, password);

    /// <summary>Adds an account, or replaces what is known of one but for its permissions.</summary>
    public UserAccount Put(BrokerUser user)
    {
        if (_users.TryGetValue(user.Name, out UserAccount? account))
        {
            account.User = user;
        }
        else
        {
            _users.Add(user.Name, account = new UserAccount(user));
        }

        return account;
    }

    public bool Remove(string name)
    {
        if (!_users.Remove(name, out UserAccount? account))
        {
            return false;
        }

        account.IsLive = false;
        account.Permissions.Clear();
        return true;
    }

    public void ForgetVirtualHost(string virtualHost)
    {
        foreach (UserAccount account in _users.Values)
        {
            account.Permissions.Remove(virtualHost);
            account.Topics.Remove(virtualHost);
        }
    }
}
