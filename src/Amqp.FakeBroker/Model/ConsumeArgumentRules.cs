using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Validity of basic.consume's arguments, in RabbitMQ's order of checking and with its words (measured).
/// </summary>
internal static class ConsumeArgumentRules
{
    /// <summary>The arguments that belong to some type of queue, in the order in which RabbitMQ looks.</summary>
    private static readonly string[] s_known = ["x-priority", "x-cancel-on-ha-failover", "x-stream-offset"];

    /// <summary>The 406 text for arguments RabbitMQ refuses, or null.</summary>
    public static string? Refusal(FieldTable arguments, QueueKind kind, string shown)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        foreach (string key in s_known)
        {
            if (!arguments.TryGet(key, out FieldValue value))
            {
                continue;
            }

            if (!Knows(kind, key))
            {
                return $"invalid arg '{key}' for {shown} of queue type {QueueArgumentRules.ModuleName(kind)}";
            }

            if (Fault(key, value) is { } fault)
            {
                return $"invalid arg '{key}' for {shown}: {fault}";
            }
        }

        return null;
    }

    /// <summary>The consumer's priority; 0 when it names none.</summary>
    public static long Priority(FieldTable arguments) =>
        arguments.TryGet("x-priority", out FieldValue value) && FieldFacts.TryInteger(value, out long priority)
            ? priority
            : 0;

    private static bool Knows(QueueKind kind, string key) => key switch
    {
        "x-priority" => kind != QueueKind.Stream,
        "x-cancel-on-ha-failover" => kind == QueueKind.Classic,
        _ => kind == QueueKind.Stream,
    };

    private static string? Fault(string key, in FieldValue value) => key switch
    {
        "x-priority" => FieldFacts.TryInteger(value, out _)
            ? null
            : $"\"expected integer, got {FieldFacts.TypeName(value)}\"",
        "x-cancel-on-ha-failover" => value.Type == FieldType.Boolean
            ? null
            : $"{{unacceptable_type,{FieldFacts.TypeName(value)}}}",
        _ => null,
    };
}
