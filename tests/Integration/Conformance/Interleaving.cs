using System.Text.Json.Nodes;

namespace Amqp.Integration.Conformance;

/// <summary>
/// The two differences between brokers that AMQP allows: each queue is a process of its own in RabbitMQ, so what
/// several queues deliver to one channel at once comes in any order, though each queue's own order holds; and what a
/// queue delivers to a channel that is being closed may still come, for the client to ignore.
/// </summary>
internal static class Interleaving
{
    private const string Deliver = "basic.deliver";

    /// <summary>
    /// True when the first step that differs does so only in how the deliveries of different queues follow each other.
    /// What comes after it is not compared: the delivery tags are others.
    /// </summary>
    /// <param name="steps">What was done.</param>
    /// <param name="one">What one broker answered to each step.</param>
    /// <param name="other">What the other one did.</param>
    public static bool IsAll(
        IReadOnlyList<JsonObject> steps,
        IReadOnlyList<JsonObject> one,
        IReadOnlyList<JsonObject> other)
    {
        for (var i = 0; i < Math.Min(one.Count, other.Count); i++)
        {
            if (!JsonNode.DeepEquals(one[i], other[i]))
            {
                return IsInterleaved(QueuesOfConsumers(steps.Take(i + 1)), one[i], other[i]);
            }
        }

        return false;
    }

    private static bool IsInterleaved(Dictionary<string, string> queues, JsonObject one, JsonObject other)
    {
        if (!one.Select(static each => each.Key).Order().SequenceEqual(other.Select(static each => each.Key).Order()))
        {
            return false;
        }

        foreach (var (channel, events) in one)
        {
            var here = UpToClose(events!.AsArray());
            var there = UpToClose(other[channel]!.AsArray());
            if (!JsonNode.DeepEquals(here, there) && !IsSame(Lines(queues, here), Lines(queues, there)))
            {
                return false;
            }
        }

        return true;
    }

    private static JsonArray UpToClose(JsonArray events)
    {
        JsonArray heeded = [];
        var isClosed = false;
        foreach (var each in events)
        {
            if (!isClosed || each!["m"]!.ToString() != Deliver)
            {
                heeded.Add(each!.DeepClone());
            }

            isClosed |= each!["m"]!.ToString() == "channel.close";
        }

        return heeded;
    }

    private static bool IsSame(
        SortedDictionary<string, List<string>> one,
        SortedDictionary<string, List<string>> other) =>
        one.Count > 1 && one.Keys.SequenceEqual(other.Keys)
        && one.All(line => line.Value.SequenceEqual(other[line.Key]));

    /// <summary>The deliveries of each queue in their order, and all that is no delivery with its place.</summary>
    private static SortedDictionary<string, List<string>> Lines(Dictionary<string, string> queues, JsonArray events)
    {
        SortedDictionary<string, List<string>> lines = new(StringComparer.Ordinal);
        for (var i = 0; i < events.Count; i++)
        {
            var shown = events[i]!.DeepClone().AsObject();
            var line = $"no delivery, at {i}";
            if (shown["m"]!.ToString() == Deliver)
            {
                var arguments = shown["args"]!.AsObject();
                arguments.Remove("delivery-tag");
                line = queues.GetValueOrDefault(arguments["consumer-tag"]!.ToString(), "");
            }

            if (!lines.TryGetValue(line, out var list))
            {
                lines.Add(line, list = []);
            }

            list.Add(shown.ToJsonString());
        }

        return lines;
    }

    private static Dictionary<string, string> QueuesOfConsumers(IEnumerable<JsonObject> steps)
    {
        Dictionary<string, string> queues = new(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (step["send"] is JsonObject send && send["method"]!.ToString() == "basic.consume")
            {
                queues[send["args"]!["consumer-tag"]!.ToString()] = send["args"]!["queue"]!.ToString();
            }
        }

        return queues;
    }
}
