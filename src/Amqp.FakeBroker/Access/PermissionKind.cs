namespace Amqp.FakeBroker.Access;

/// <summary>The three permissions RabbitMQ knows.</summary>
internal enum PermissionKind
{
    Configure,
    Write,
    Read,
}
