using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>Changes to header tables, which RabbitMQ keeps sorted by key once it touched them.</summary>
internal static class HeaderEdits
{
    /// <summary>A table with the entry set and all entries sorted by key, octet by octet.</summary>
    public static FieldTable Set(FieldTable table, string key, FieldValue value)
    {
        List<KeyValuePair<string, FieldValue>> entries = [];
        bool isSet = false;
        foreach (KeyValuePair<string, FieldValue> entry in table)
        {
            bool isIt = entry.Key == key && !isSet;
            isSet |= isIt;
            entries.Add(isIt ? KeyValuePair.Create(key, value) : entry);
        }

        if (!isSet)
        {
            entries.Add(KeyValuePair.Create(key, value));
        }

        return Sorted(entries);
    }

    public static FieldTable Sorted(IEnumerable<KeyValuePair<string, FieldValue>> entries) =>
        new(entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal));

    public static FieldTable Without(FieldTable table, string key)
    {
        List<KeyValuePair<string, FieldValue>> kept = [];
        foreach (KeyValuePair<string, FieldValue> entry in table)
        {
            if (entry.Key != key)
            {
                kept.Add(entry);
            }
        }

        return kept.Count == table.Count ? table : new FieldTable(kept);
    }
}
