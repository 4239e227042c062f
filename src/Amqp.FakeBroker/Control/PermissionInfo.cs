namespace Amqp.FakeBroker;

/// <summary>The permissions of one user on one virtual host. Immutable, safe to share.</summary>
/// <param name="User">The user's name.</param>
/// <param name="VirtualHost">The virtual host's name.</param>
/// <param name="Permissions">The three expressions.</param>
public sealed record PermissionInfo(string User, string VirtualHost, BrokerPermissions Permissions);
