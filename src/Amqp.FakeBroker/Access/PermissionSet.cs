namespace Amqp.FakeBroker.Access;

/// <summary>The permissions of a user on a virtual host, ready to be asked.</summary>
internal sealed class PermissionSet(BrokerPermissions permissions)
{
    private readonly NamePattern _configure = new(permissions.Configure);
    private readonly NamePattern _write = new(permissions.Write);
    private readonly NamePattern _read = new(permissions.Read);

    public BrokerPermissions Permissions { get; } = permissions;

    public bool Allows(PermissionKind kind, string name) => kind switch
    {
        PermissionKind.Configure => _configure.IsMatch(name),
        PermissionKind.Write => _write.IsMatch(name),
        _ => _read.IsMatch(name),
    };
}
