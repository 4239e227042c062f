using System.Globalization;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>Validity of queue.declare's arguments, in RabbitMQ's order of checking and with its words.</summary>
internal static class QueueArgumentRules
{
    /// <summary>The order in which RabbitMQ looks, which decides what is reported when several are wrong.</summary>
    private static readonly string[] s_checked =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy",
        "x-max-length", "x-max-length-bytes", "x-max-in-memory-length", "x-max-in-memory-bytes", "x-max-priority",
        "x-overflow", "x-queue-mode", "x-queue-version", "x-single-active-consumer", "x-queue-type",
    ];

    /// <summary>Arguments that belong to quorum queues or streams and are refused for a classic queue.</summary>
    private static readonly string[] s_foreign =
    [
        "x-delivery-limit", "x-max-age", "x-stream-max-segment-size-bytes", "x-max-in-memory-length",
        "x-max-in-memory-bytes", "x-dead-letter-strategy", "x-queue-leader-locator", "x-initial-cluster-size",
        "x-quorum-initial-group-size",
    ];

    /// <summary>Arguments whose values a redeclaration must repeat.</summary>
    private static readonly string[] s_compared =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-max-priority", "x-overflow", "x-queue-mode", "x-single-active-consumer",
        "x-queue-type", "x-queue-version",
    ];

    public static ReadOnlySpan<string> Compared => s_compared;

    /// <summary>The 406 text for arguments RabbitMQ refuses, or null.</summary>
    public static string? Refusal(FieldTable arguments, string shown)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        foreach (string key in s_checked)
        {
            if (arguments.TryGet(key, out FieldValue value) && Fault(key, value, arguments) is { } fault)
            {
                return key == "x-dead-letter-exchange"
                    ? $"invalid type '{FieldFacts.TypeName(value)}' for arg '{key}' in {shown}"
                    : $"invalid arg '{key}' for {shown}: {fault}";
            }
        }

        foreach (string key in s_foreign)
        {
            if (arguments.TryGet(key, out _))
            {
                return $"invalid arg '{key}' for {shown} of queue type rabbit_classic_queue";
            }
        }

        return null;
    }

    private static string? Fault(string key, in FieldValue value, FieldTable arguments) => key switch
    {
        "x-expires" => Duration(value, false),
        "x-message-ttl" => Duration(value, true),
        "x-max-length" or "x-max-length-bytes" => NonNegative(value, out _),
        "x-max-priority" => NonNegative(value, out long top)
            ?? (top > 255 ? string.Create(CultureInfo.InvariantCulture, $"{{max_value_exceeded,{top}}}") : null),
        "x-dead-letter-exchange" => IsText(value),
        "x-dead-letter-routing-key" => IsText(value)
            ?? (arguments.TryGet("x-dead-letter-exchange", out _) ? null : "routing_key_but_no_dlx_defined"),
        "x-overflow" => IsText(value)
            ?? (value.AsString() is "drop-head" or "reject-publish" or "reject-publish-dlx"
                ? null
                : "invalid_overflow"),
        "x-queue-mode" => IsText(value)
            ?? (value.AsString() is "default" or "lazy" ? null : $"\"unsupported queue mode '{value.AsString()}'\""),
        "x-queue-type" => IsText(value)
            ?? (value.AsString() is "classic" ? null : $"\"unsupported queue type '{value.AsString()}'\""),
        "x-queue-version" => NonNegative(value, out long version) ?? (version is 1 or 2 ? null
            : string.Create(CultureInfo.InvariantCulture, $"\"unsupported queue version '{version}'\"")),
        "x-single-active-consumer" => value.Type == FieldType.Boolean ? null : Unacceptable(value),
        _ => null,
    };

    private static string? IsText(in FieldValue value) =>
        value.Type == FieldType.LongString ? null : Unacceptable(value);

    private static string Unacceptable(in FieldValue value) => $"{{unacceptable_type,{FieldFacts.TypeName(value)}}}";

    private static string? NonNegative(in FieldValue value, out long number)
    {
        if (!FieldFacts.TryInteger(value, out number))
        {
            return $"\"expected integer, got {FieldFacts.TypeName(value)}\"";
        }

        return number < 0 ? string.Create(CultureInfo.InvariantCulture, $"{{value_negative,{number}}}") : null;
    }

    private static string? Duration(in FieldValue value, bool zeroIsFine)
    {
        if (NonNegative(value, out long milliseconds) is { } fault)
        {
            return fault;
        }

        if (milliseconds == 0 && !zeroIsFine)
        {
            return "{value_zero,0}";
        }

        return milliseconds > MessageRules.MaxMilliseconds
            ? string.Create(CultureInfo.InvariantCulture, $"{{value_too_large,{milliseconds}}}")
            : null;
    }
}
