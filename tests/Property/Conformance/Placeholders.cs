using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Amqp.Property.Conformance;

/// <summary>
/// Names that a broker invents, numbered by their first appearance in a scenario, and back again in what is sent.
/// </summary>
internal sealed partial class Placeholders(Func<DateTimeOffset> utcNow)
{
    private static readonly string[] Volatile = ["version", "platform", "cluster_name", "copyright", "information"];

    private readonly Dictionary<string, Dictionary<string, string>> _names = new(StringComparer.Ordinal)
    {
        ["gen"] = [],
        ["ctag"] = [],
        ["reply"] = [],
    };

    /// <summary>An event as the scenarios write it.</summary>
    public JsonObject Hide(JsonObject shown)
    {
        if ((string?)shown["m"] == "connection.start"
            && shown["args"]!["server-properties"] is JsonObject properties)
        {
            foreach (var key in Volatile)
            {
                if (properties[key] is JsonArray { Count: 2 } value)
                {
                    value[1] = $"<{key}>";
                }
            }
        }

        return (JsonObject)HideIn(shown)!;
    }

    /// <summary>What a scenario sends, with the real names in the place of placeholders.</summary>
    public JsonNode? Reveal(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                return new JsonObject(map.Select(each => KeyValuePair.Create(each.Key, Reveal(each.Value))));
            case JsonArray list:
                return new JsonArray([.. list.Select(Reveal)]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return Reveal((string)value!);
            default:
                return node?.DeepClone();
        }
    }

    public string Reveal(string text)
    {
        if (text.Contains("amq.", StringComparison.Ordinal) && text.Contains("-<", StringComparison.Ordinal))
        {
            foreach (var (real, shown) in _names.Values.SelectMany(each => each))
            {
                text = text.Replace(shown, real, StringComparison.Ordinal);
            }
        }

        return text;
    }

    private JsonNode? HideIn(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                return new JsonObject(map.Select(each => KeyValuePair.Create(each.Key, HideIn(each.Value))));
            case JsonArray { Count: 2 } pair when IsNow(pair):
                return new JsonArray("T", "<now>");
            case JsonArray list:
                return new JsonArray([.. list.Select(HideIn)]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return HideIn((string)value!);
            default:
                return node?.DeepClone();
        }
    }

    private bool IsNow(JsonArray pair) =>
        pair[0] is JsonValue type && type.GetValueKind() == JsonValueKind.String && (string?)type == "T"
        && pair[1] is JsonValue time && time.GetValueKind() == JsonValueKind.Number
        && time.TryGetValue(out ulong seconds) && seconds > 1_700_000_000
        && Math.Abs((double)seconds - utcNow().ToUnixTimeSeconds()) < 2 * 86400;

    private string HideIn(string text)
    {
        text = Generated().Replace(text, match => Number("gen", match.Value));
        text = ConsumerTag().Replace(text, match => Number("ctag", match.Value));
        text = ReplyAddress().Replace(text, match => Number("reply", match.Value));
        text = Process().Replace(text, "<pid>");
        text = Node().Replace(text, "<node>");
        return ConnectionName().Replace(text, "<connection-name>");
    }

    private string Number(string kind, string real)
    {
        var names = _names[kind];
        if (!names.TryGetValue(real, out var shown))
        {
            names.Add(real, shown = $"amq.{kind}-<{names.Count + 1}>");
        }

        return shown;
    }

    [GeneratedRegex(@"amq\.gen-[A-Za-z0-9_\-]{22}(?![A-Za-z0-9_\-])")]
    private static partial Regex Generated();

    [GeneratedRegex(@"amq\.ctag-[A-Za-z0-9_\-]{22}(?![A-Za-z0-9_\-])")]
    private static partial Regex ConsumerTag();

    [GeneratedRegex(@"amq\.rabbitmq\.reply-to\.[A-Za-z0-9+/=._\-]+")]
    private static partial Regex ReplyAddress();

    [GeneratedRegex(@"<\d+\.\d+\.\d+>")]
    private static partial Regex Process();

    [GeneratedRegex(@"\b[\w-]+@localhost\b")]
    private static partial Regex Node();

    [GeneratedRegex(@"127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+")]
    private static partial Regex ConnectionName();
}
