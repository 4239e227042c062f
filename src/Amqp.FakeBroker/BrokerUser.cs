using System.Collections.Immutable;

namespace Amqp.FakeBroker;

/// <summary>One account of the broker. Immutable, safe to share.</summary>
/// <param name="Name">The user name, compared octet by octet.</param>
/// <param name="Password">The password; never printed.</param>
public sealed record BrokerUser(string Name, string Password)
{
    /// <summary>The virtual hosts the user may open; <see langword="null"/> means every one.</summary>
    public ImmutableArray<string>? VirtualHosts { get; init; }

    /// <summary>True when the user may publish with any user-id property (the tag "impersonator").</summary>
    public bool MayImpersonate { get; init; }

    /// <summary>The name only; the password is never printed.</summary>
    public override string ToString() => $"BrokerUser {{ Name = {Name}, Password = *** }}";
}
