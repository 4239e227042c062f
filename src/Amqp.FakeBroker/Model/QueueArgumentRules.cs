using System.Globalization;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>Validity of queue.declare's arguments, in RabbitMQ's order of checking and with its words.</summary>
internal static class QueueArgumentRules
{
    /// <summary>The order in which RabbitMQ looks, which decides what is reported when several are wrong.</summary>
    private static readonly string[] s_checked =
    [
        "x-queue-type", "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key",
        "x-dead-letter-strategy", "x-max-length", "x-max-length-bytes", "x-max-in-memory-length",
        "x-max-in-memory-bytes", "x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version",
        "x-single-active-consumer", "x-quorum-initial-group-size", "x-max-age", "x-stream-max-segment-size-bytes",
        "x-initial-cluster-size", "x-queue-leader-locator",
    ];

    /// <summary>Every argument that belongs to some type of queue; others are not looked at.</summary>
    private static readonly string[] s_known =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key",
        "x-dead-letter-strategy", "x-max-length", "x-max-length-bytes", "x-max-in-memory-length",
        "x-max-in-memory-bytes", "x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version",
        "x-single-active-consumer", "x-queue-type", "x-queue-master-locator", "x-delivery-limit",
        "x-quorum-initial-group-size", "x-max-age", "x-stream-max-segment-size-bytes", "x-initial-cluster-size",
        "x-queue-leader-locator",
    ];

    private static readonly string[] s_classic =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version",
        "x-single-active-consumer", "x-queue-type", "x-queue-master-locator",
    ];

    private static readonly string[] s_quorum =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key",
        "x-dead-letter-strategy", "x-max-length", "x-max-length-bytes", "x-max-in-memory-length",
        "x-max-in-memory-bytes", "x-overflow", "x-single-active-consumer", "x-queue-type", "x-delivery-limit",
        "x-quorum-initial-group-size", "x-queue-leader-locator",
    ];

    private static readonly string[] s_stream =
    [
        "x-max-length-bytes", "x-queue-type", "x-max-age", "x-stream-max-segment-size-bytes",
        "x-initial-cluster-size", "x-queue-leader-locator",
    ];

    /// <summary>
    /// Arguments whose values a redeclaration must repeat, in the order in which each type of queue looks (measured).
    /// </summary>
    private static readonly string[] s_comparedByClassic =
    [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version",
        "x-single-active-consumer", "x-queue-type",
    ];

    private static readonly string[] s_comparedByQuorum =
    [
        "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy", "x-expires", "x-max-length",
        "x-max-length-bytes", "x-max-in-memory-length", "x-max-in-memory-bytes", "x-overflow",
        "x-single-active-consumer", "x-queue-type", "x-quorum-initial-group-size", "x-delivery-limit",
        "x-message-ttl", "x-queue-leader-locator",
    ];

    /// <summary>Arguments that a redeclaration of this type of queue compares, in that order.</summary>
    public static ReadOnlySpan<string> Compared(QueueKind kind) => kind switch
    {
        QueueKind.Quorum => s_comparedByQuorum,
        QueueKind.Stream => s_stream,
        _ => s_comparedByClassic,
    };

    public static QueueKind KindOf(FieldTable arguments) =>
        arguments.TryGet("x-queue-type", out FieldValue type) && type.Type == FieldType.LongString
            ? type.AsString() switch
            {
                "quorum" => QueueKind.Quorum,
                "stream" => QueueKind.Stream,
                _ => QueueKind.Classic,
            }
            : QueueKind.Classic;

    /// <summary>The word of x-queue-type for a kind.</summary>
    public static string KindName(QueueKind kind) => kind switch
    {
        QueueKind.Quorum => "quorum",
        QueueKind.Stream => "stream",
        _ => "classic",
    };

    /// <summary>The name RabbitMQ's own code has for a kind, which some texts show.</summary>
    public static string ModuleName(QueueKind kind) => $"rabbit_{KindName(kind)}_queue";

    /// <summary>The 406 text for arguments RabbitMQ refuses, or null.</summary>
    public static string? Refusal(FieldTable arguments, string shown, BrokerProfile profile)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        // The type first, then what the type does not know in the order given, then values.
        if (FaultOf("x-queue-type", arguments, shown) is { } ofType)
        {
            return ofType;
        }

        QueueKind kind = KindOf(arguments);
        string[] allowed = kind switch
        {
            QueueKind.Quorum => s_quorum,
            QueueKind.Stream => s_stream,
            _ => s_classic,
        };
        foreach (KeyValuePair<string, FieldValue> pair in arguments)
        {
            string key = pair.Key;
            if (Array.IndexOf(s_known, key) >= 0 && Array.IndexOf(allowed, key) < 0
                && !(profile.AllowsLeaderLocators && key == "x-queue-leader-locator"))
            {
                return $"invalid arg '{key}' for {shown} of queue type {ModuleName(kind)}";
            }
        }

        foreach (string key in s_checked)
        {
            if (FaultOf(key, arguments, shown) is { } ofValue)
            {
                return ofValue;
            }
        }

        return null;
    }

    /// <summary>The 406 text for attributes that a type of queue cannot have, or null.</summary>
    public static string? PropertyRefusal(
        FieldTable arguments,
        bool isDurable,
        bool isExclusive,
        bool isAutoDelete,
        string shown)
    {
        if (KindOf(arguments) == QueueKind.Classic)
        {
            return null;
        }

        string? property = isAutoDelete ? "auto-delete"
            : isExclusive ? "exclusive-owner"
            : isDurable ? null
            : "non-durable";
        return property is null ? null : $"invalid property '{property}' for {shown}";
    }

    private static string? FaultOf(string key, FieldTable arguments, string shown) =>
        arguments.TryGet(key, out FieldValue value) && Fault(key, value, arguments) is { } fault
            ? $"invalid arg '{key}' for {shown}: {fault}"
            : null;

    private static string? Fault(string key, in FieldValue value, FieldTable arguments) => key switch
    {
        "x-expires" => Duration(value, false),
        "x-message-ttl" => Duration(value, true),
        "x-max-length" or "x-max-length-bytes" or "x-max-in-memory-length" or "x-max-in-memory-bytes"
            or "x-stream-max-segment-size-bytes" => NonNegative(value, out _),
        "x-quorum-initial-group-size" or "x-initial-cluster-size" => NonNegative(value, out long size)
            ?? (size == 0 ? "{value_zero,0}" : null),
        "x-max-priority" => NonNegative(value, out long top)
            ?? (top > 255 ? string.Create(CultureInfo.InvariantCulture, $"{{max_value_exceeded,{top}}}") : null),
        "x-dead-letter-exchange" => IsText(value),
        "x-dead-letter-routing-key" => IsText(value)
            ?? (arguments.ContainsKey("x-dead-letter-exchange") ? null : "routing_key_but_no_dlx_defined"),
        "x-dead-letter-strategy" => IsText(value)
            ?? (value.AsString() is "at-most-once" or "at-least-once" ? null : "invalid_dlx_strategy"),
        "x-overflow" => IsText(value)
            ?? (value.AsString() is "drop-head" or "reject-publish" or "reject-publish-dlx"
                ? null
                : "invalid_overflow"),
        "x-queue-mode" => IsText(value)
            ?? (value.AsString() is "default" or "lazy" ? null : $"\"unsupported queue mode '{value.AsString()}'\""),
        "x-queue-type" => IsText(value)
            ?? (value.AsString() is "classic" or "quorum" or "stream"
                ? null
                : $"\"unsupported queue type '{value.AsString()}'\""),
        "x-queue-version" => NonNegative(value, out long version) ?? (version is 1 or 2 ? null
            : string.Create(CultureInfo.InvariantCulture, $"\"unsupported queue version '{version}'\"")),
        "x-single-active-consumer" => value.Type == FieldType.Boolean ? null : Unacceptable(value),
        "x-max-age" => IsText(value) ?? (IsAge(value.AsString()) ? null : "invalid_max_age"),
        "x-queue-leader-locator" => IsText(value)
            ?? (IsLeaderLocator(value.AsString()) ? null : "invalid_queue_locator_arg"),
        _ => null,
    };

    /// <summary>A positive number and a unit of time: "7D", "30m".</summary>
    public static bool IsAge(string text) =>
        text.Length > 1 && text[^1] is 'Y' or 'M' or 'D' or 'h' or 'm' or 's'
        && !text.AsSpan()[..^1].ContainsAnyExceptInRange('0', '9') && text.AsSpan()[..^1].ContainsAnyExcept('0');

    public static bool IsLeaderLocator(string text) =>
        text is "client-local" or "balanced" or "random" or "least-leaders";

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
