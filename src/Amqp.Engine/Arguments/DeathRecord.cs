using System.Collections.Immutable;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Arguments;

/// <summary>One entry of the header <c>x-death</c>: in which queue, why and how often a message died (RabbitMQ,
/// dead-letter exchanges).</summary>
/// <param name="Queue">The queue it was in.</param>
/// <param name="Reason"><c>rejected</c>, <c>expired</c>, <c>maxlen</c> or <c>delivery_limit</c>.</param>
/// <param name="Count">How often it died there for this reason.</param>
/// <param name="Exchange">The exchange it was published to before.</param>
/// <param name="RoutingKeys">Its routing keys before, those of CC included.</param>
/// <param name="Time">When it died there first, in whole seconds; null when the entry has none.</param>
/// <param name="OriginalExpiration">The expiration property it had, in milliseconds as text; null when it had
/// none.</param>
public sealed record DeathRecord(
    string Queue,
    string Reason,
    long Count,
    string Exchange,
    ImmutableArray<string> RoutingKeys,
    DateTimeOffset? Time,
    string? OriginalExpiration)
{
    // The last second of the year 9999, beyond which there is no date.
    private const ulong LatestTime = 253_402_300_799;

    /// <summary>Reads the entries of a message, newest first. Entries that are malformed, which a client may have made,
    /// are left out.</summary>
    /// <param name="headers">The message's headers, or null.</param>
    /// <returns>None when the message has never died.</returns>
    public static ImmutableArray<DeathRecord> Read(FieldTable? headers)
    {
        if (headers is null || !headers.TryGet("x-death", out FieldValue deaths) || deaths.Type != FieldType.Array)
        {
            return [];
        }

        ImmutableArray<DeathRecord>.Builder records = ImmutableArray.CreateBuilder<DeathRecord>();
        foreach (FieldValue death in deaths.AsArray())
        {
            if (death.Type == FieldType.Table
                && Text(death.AsTable(), "queue") is { } queue
                && Text(death.AsTable(), "reason") is { } reason)
            {
                records.Add(ReadEntry(death.AsTable(), queue, reason));
            }
        }

        return records.ToImmutable();
    }

    private static DeathRecord ReadEntry(FieldTable entry, string queue, string reason)
    {
        bool hasTime = entry.TryGet("time", out FieldValue time) && time.Type == FieldType.Timestamp
            && time.AsTimestamp() <= LatestTime;
        return new DeathRecord(
            queue,
            reason,
            entry.TryGet("count", out FieldValue count) && count.TryGetInt64(out long number) ? number : 1,
            Text(entry, "exchange") ?? "",
            Keys(entry),
            hasTime ? DateTimeOffset.FromUnixTimeSeconds((long)time.AsTimestamp()) : null,
            Text(entry, "original-expiration"));
    }

    private static ImmutableArray<string> Keys(FieldTable entry) =>
        entry.TryGet("routing-keys", out FieldValue keys) && keys.Type == FieldType.Array
            ? [.. keys.AsArray().Select(key => key.TryGetString(out string? text) ? text : null).OfType<string>()]
            : [];

    private static string? Text(FieldTable table, string key) =>
        table.TryGet(key, out FieldValue value) && value.TryGetString(out string? text) ? text : null;
}
