using System.Collections.Immutable;

namespace Amqp.FakeBroker;

/// <summary>One account of the broker. Immutable, safe to share.</summary>
/// <param name="Name">The user name, compared octet by octet.</param>
/// <param name="Password">The password, never printed; null for an account that cannot log in with one.</param>
public sealed record BrokerUser(string Name, string? Password)
{
    /// <summary>
    /// The virtual hosts on which the user starts with every permission; <see langword="null"/> means all of the
    /// options' virtual hosts.
    /// </summary>
    public ImmutableArray<string>? VirtualHosts { get; init; }

    /// <summary>
    /// The password in RabbitMQ's stored form (base64 of a four-octet salt and the hash of salt and password), for an
    /// account that comes from definitions; looked at when there is no <see cref="Password"/>.
    /// </summary>
    public string? PasswordHash { get; init; }

    /// <summary>Tags such as "administrator" or "impersonator".</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>True when the user may publish with any user-id property (the tag "impersonator").</summary>
    public bool MayImpersonate => Tags.Contains("impersonator");

    /// <summary>The name only; the password is never printed.</summary>
    public override string ToString() => $"BrokerUser {{ Name = {Name}, Password = *** }}";
}
