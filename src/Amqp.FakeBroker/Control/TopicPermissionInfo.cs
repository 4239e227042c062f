namespace Amqp.FakeBroker;

/// <summary>
/// What routing keys a user may use on one topic exchange: regular expressions, in which {username}, {vhost} and
/// {client_id} stand for those of the connection. Immutable, safe to share.
/// </summary>
/// <param name="User">The user's name.</param>
/// <param name="VirtualHost">The virtual host's name.</param>
/// <param name="Exchange">The exchange's name.</param>
/// <param name="Write">Routing keys that may be published with.</param>
/// <param name="Read">Routing keys that may be bound with.</param>
public sealed record TopicPermissionInfo(string User, string VirtualHost, string Exchange, string Write, string Read);
