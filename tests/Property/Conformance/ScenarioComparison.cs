using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>Compares what came with what was recorded, step by step; the order inside tables does not count.</summary>
internal static class ScenarioComparison
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// A line or more for each step that differs. How soon the broker closes TCP is not compared: a step that waits
    /// for the end is merged into the step before it.
    /// </summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<JsonObject> steps, IReadOnlyList<JsonObject> got)
    {
        var expected = steps.Select(each => Streams(each["expect"] as JsonObject)).ToList();
        var actual = got.Select(Streams).ToList();
        for (var i = steps.Count - 1; i > 0; i--)
        {
            if (steps[i].ContainsKey("wait-eof-ms"))
            {
                Merge(expected, i);
                Merge(actual, i);
            }
        }

        List<string> lines = [];
        for (var i = 0; i < steps.Count; i++)
        {
            var keys = expected[i].Keys.Union(actual[i].Keys).Order(StringComparer.Ordinal);
            foreach (var key in keys)
            {
                var want = Show(expected[i].GetValueOrDefault(key));
                var have = Show(actual[i].GetValueOrDefault(key));
                if (want != have)
                {
                    lines.Add($"step {i} {Step(steps[i])}");
                    lines.Add($"  {key} expected: {want}");
                    lines.Add($"  {key}      got: {have}");
                }
            }
        }

        return lines;
    }

    /// <summary>A value with the keys of objects sorted, so that equal values have equal texts.</summary>
    public static string Canonical(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                text.Append('{');
                foreach (var (key, value) in map.OrderBy(each => each.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonSerializer.Serialize(key, Plain)).Append(':');
                    Append(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node is null ? "null" : Scalar(node));
                break;
        }
    }

    private static string Scalar(JsonNode node) => node.GetValueKind() == JsonValueKind.String
        ? JsonSerializer.Serialize((string)node!, Plain)
        : node.ToJsonString();

    private static string Show(List<string>? events) => events is null ? "nothing" : string.Join(' ', events);

    private static string Step(JsonObject step)
    {
        var shown = step.DeepClone().AsObject();
        shown.Remove("expect");
        var text = shown.ToJsonString();
        return text.Length > 300 ? text[..300] : text;
    }

    private static Dictionary<string, List<string>> Streams(JsonObject? events) =>
        (events ?? []).ToDictionary(
            each => each.Key,
            each => each.Value!.AsArray().Select(Canonical).ToList(),
            StringComparer.Ordinal);

    private static void Merge(List<Dictionary<string, List<string>>> side, int index)
    {
        foreach (var (key, events) in side[index])
        {
            if (!side[index - 1].TryAdd(key, events))
            {
                side[index - 1][key] = [.. side[index - 1][key], .. events];
            }
        }

        side[index] = new(StringComparer.Ordinal);
    }
}
