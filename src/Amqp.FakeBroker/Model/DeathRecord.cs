namespace Amqp.FakeBroker.Model;

/// <summary>One entry of x-death where the broker keeps its own account (message containers).</summary>
internal sealed record DeathRecord(
    string Queue,
    string Reason,
    long Count,
    ulong FirstTime,
    string Exchange,
    IReadOnlyList<string> RoutingKeys,
    string? OriginalExpiration);
