using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker.Policies;

/// <summary>Validity of a policy's values, with RabbitMQ's words (measured on 3.10).</summary>
internal static class PolicyRules
{
    /// <summary>What is wrong with the first wrong value; null when all are right or unknown.</summary>
    public static string? Refusal(FieldTable definition)
    {
        foreach (KeyValuePair<string, FieldValue> pair in definition)
        {
            if (Expected(pair.Key, pair.Value) is { } expected)
            {
                return $"Validation failed\n\n{Shown(pair.Value)} is not a valid {expected}\n";
            }
        }

        return null;
    }

    /// <summary>What the value should have been; null when it is.</summary>
    private static string? Expected(string key, in FieldValue value) => key switch
    {
        "alternate-exchange" => IsText(value) ? null : "alternate exchange name",
        "dead-letter-exchange" => IsText(value) ? null : "dead letter exchange name",
        "dead-letter-routing-key" => IsText(value) ? null : "dead letter routing key",
        "dead-letter-strategy" => Is(value, "at-most-once", "at-least-once") ? null : "dead letter strategy",
        "message-ttl" => IsAtLeast(value, 0) ? null : "message TTL",
        "expires" => IsAtLeast(value, 1) ? null : "queue expiry",
        "max-length" => IsAtLeast(value, 0) ? null : "maximum length",
        "max-length-bytes" => IsAtLeast(value, 0) ? null : "maximum length in bytes",
        "max-in-memory-length" or "max-in-memory-bytes" => IsAtLeast(value, 0) ? null : "maximum memory in bytes",
        "queue-mode" => Is(value, "default", "lazy") ? null : "queue-mode value",
        "queue-version" => FieldFacts.TryInteger(value, out long version) && version is 1 or 2
            ? null
            : "queue-version value",
        "overflow" => Is(value, "drop-head", "reject-publish", "reject-publish-dlx") ? null : "overflow value",
        "delivery-limit" => IsAtLeast(value, 0) ? null : "delivery limit",
        "max-age" => IsText(value) && QueueArgumentRules.IsAge(value.AsString()) ? null : "max age",
        "queue-leader-locator" => IsText(value) && QueueArgumentRules.IsLeaderLocator(value.AsString())
            ? null
            : "queue leader locator value",
        "stream-max-segment-size-bytes" => IsAtLeast(value, 0) ? null : "segment size",
        _ => null,
    };

    private static string Shown(in FieldValue value) =>
        IsText(value) ? ErlangTerms.Binary(value.AsString()) : FieldFacts.Text(value);

    private static bool IsText(in FieldValue value) => value.Type == FieldType.LongString;

    private static bool Is(in FieldValue value, params ReadOnlySpan<string> words) =>
        IsText(value) && words.Contains(value.AsString());

    private static bool IsAtLeast(in FieldValue value, long least) =>
        FieldFacts.TryInteger(value, out long number) && number >= least;
}
