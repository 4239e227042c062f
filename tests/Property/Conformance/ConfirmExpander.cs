using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>
/// Replaces acknowledgements to publishers by the sorted sets of tags they stand for: how RabbitMQ coalesces them is
/// not fixed.
/// </summary>
internal sealed class ConfirmExpander
{
    private readonly Dictionary<string, HashSet<ulong>> _settled = new(StringComparer.Ordinal);

    public List<JsonObject> Expand(string key, List<JsonObject> events)
    {
        if (!_settled.TryGetValue(key, out var settled))
        {
            _settled.Add(key, settled = []);
        }

        SortedSet<ulong> acked = [];
        SortedSet<ulong> nacked = [];
        List<JsonObject> rest = [];
        foreach (var each in events)
        {
            if ((string?)each["m"] == "channel.open-ok")
            {
                settled.Clear();
            }

            if ((string?)each["m"] is not ("basic.ack" or "basic.nack"))
            {
                rest.Add(each);
                continue;
            }

            var tag = each["args"]!["delivery-tag"]!.GetValue<ulong>();
            var isMultiple = each["args"]!["multiple"]!.GetValue<bool>();
            for (var t = isMultiple ? 1 : tag; t <= tag; t++)
            {
                if (settled.Add(t) || !isMultiple)
                {
                    ((string?)each["m"] == "basic.ack" ? acked : nacked).Add(t);
                }
            }
        }

        Add(rest, "confirmed", acked);
        Add(rest, "nacked", nacked);
        return rest;
    }

    private static void Add(List<JsonObject> events, string key, SortedSet<ulong> tags)
    {
        if (tags.Count > 0)
        {
            events.Add(new JsonObject { [key] = new JsonArray([.. tags.Select(each => JsonValue.Create(each))]) });
        }
    }
}
