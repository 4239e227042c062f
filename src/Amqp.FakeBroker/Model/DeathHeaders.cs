using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>The header x-death and its companions, in the two ways in which releases of RabbitMQ keep them.</summary>
internal static class DeathHeaders
{
    private const string Death = "x-death";

    private static readonly string[] s_aspects = ["exchange", "queue", "reason"];

    /// <summary>The tables of an x-death header; none when there is no such header or it is malformed.</summary>
    public static IEnumerable<FieldValue> Entries(FieldTable? headers) =>
        headers is not null && headers.TryGet(Death, out FieldValue value) && value.Type == FieldType.Array
            ? value.AsArray().Where(static item => item.Type == FieldType.Table)
            : [];

    public static string? Text(in FieldValue entry, string key) =>
        entry.AsTable().TryGet(key, out FieldValue value) && value.Type == FieldType.LongString
            ? value.AsString()
            : null;

    /// <summary>
    /// Before message containers: the header itself is the account. The newest entry comes first; where there was an
    /// account already its fields are sorted, and an entry for the same queue and reason counts on.
    /// </summary>
    public static FieldTable Add(FieldTable headers, DeathRecord death)
    {
        if (!headers.TryGet(Death, out FieldValue value) || value.Type != FieldType.Array)
        {
            if (!headers.ContainsKey(Death))
            {
                headers = AddFirst(headers, "x-first-death-", death);
            }

            return HeaderEdits.Set(headers, Death, FieldValue.Array(Fresh(death)));
        }

        List<KeyValuePair<string, FieldValue>>? fields = null;
        List<FieldValue> others = [];
        foreach (FieldValue entry in Grouped([.. Entries(headers)]))
        {
            if (Text(entry, "queue") == death.Queue && Text(entry, "reason") == death.Reason)
            {
                fields = CountOn(entry.AsTable());
            }
            else
            {
                others.Add(entry);
            }
        }

        fields ??= [.. Fresh(death).AsTable()];
        FieldValue newest = FieldValue.Table(HeaderEdits.Sorted(fields));
        return HeaderEdits.Set(headers, Death, FieldValue.Array([newest, .. others]));
    }

    /// <summary>With message containers: the broker's own account with one death more, newest first.</summary>
    public static IReadOnlyList<DeathRecord> Record(IReadOnlyList<DeathRecord> deaths, DeathRecord death)
    {
        List<DeathRecord> all = [death];
        foreach (DeathRecord each in deaths)
        {
            if (each.Queue == death.Queue && each.Reason == death.Reason)
            {
                all[0] = each with { Count = each.Count + 1 };
            }
            else
            {
                all.Add(each);
            }
        }

        return all;
    }

    /// <summary>
    /// With message containers: the headers that show the account. An entry keeps the exchange of its first death, and
    /// the last death has its own (measured).
    /// </summary>
    public static FieldTable Write(FieldTable headers, IReadOnlyList<DeathRecord> deaths, string exchange)
    {
        if (deaths.Count == 1)
        {
            headers = AddFirst(headers, "x-first-death-", deaths[0]);
        }

        headers = AddFirst(headers, "x-last-death-", deaths[0] with { Exchange = exchange });
        return HeaderEdits.Set(headers, Death, FieldValue.Array([.. deaths.Select(ContainerEntry)]));
    }

    private static FieldTable AddFirst(FieldTable headers, string prefix, DeathRecord death)
    {
        foreach (string aspect in s_aspects)
        {
            string value = aspect switch
            {
                "exchange" => death.Exchange,
                "queue" => death.Queue,
                _ => death.Reason,
            };
            headers = HeaderEdits.Set(headers, prefix + aspect, FieldValue.LongString(value));
        }

        return headers;
    }

    private static FieldValue Fresh(DeathRecord death)
    {
        FieldTable table = FieldTable.Create(
            ("count", FieldValue.Int64(death.Count)),
            ("reason", death.Reason),
            ("queue", death.Queue),
            ("time", FieldValue.Timestamp(death.FirstTime)),
            ("exchange", death.Exchange),
            ("routing-keys", Keys(death)));
        return FieldValue.Table(
            death.OriginalExpiration is { } expiration ? table.With("original-expiration", expiration) : table);
    }

    private static FieldValue ContainerEntry(DeathRecord death)
    {
        FieldTable table = Fresh(death with { OriginalExpiration = null }).AsTable();
        return FieldValue.Table(death.OriginalExpiration is { } expiration
            ? new FieldTable([KeyValuePair.Create("original-expiration", FieldValue.LongString(expiration)), .. table])
            : table);
    }

    private static FieldValue Keys(DeathRecord death) =>
        FieldValue.Array(death.RoutingKeys.Select(static key => FieldValue.LongString(key)));

    /// <summary>
    /// One entry for each queue and reason. Where there are several entries this turns their order round, and gives
    /// those without a count the number of entries that were the same.
    /// </summary>
    private static IEnumerable<FieldValue> Grouped(FieldValue[] entries)
    {
        if (entries.Length <= 1)
        {
            return entries;
        }

        List<FieldValue> groups = [];
        foreach (IGrouping<(string?, string?), FieldValue> group in entries.GroupBy(
            static entry => (Text(entry, "queue"), Text(entry, "reason"))))
        {
            FieldTable first = group.First().AsTable();
            groups.Add(FieldValue.Table(first.ContainsKey("count")
                ? first
                : HeaderEdits.Sorted([.. first.With("count", FieldValue.Int64(group.Count()))])));
        }

        groups.Reverse();
        return groups;
    }

    private static List<KeyValuePair<string, FieldValue>> CountOn(FieldTable entry)
    {
        long count = entry.TryGet("count", out FieldValue value) && FieldFacts.TryInteger(value, out long number)
            ? number
            : 0;
        return [.. entry.With("count", FieldValue.Int64(count + 1))];
    }
}
