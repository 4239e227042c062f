using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>What RabbitMQ demands of a published message, and the extra routing keys its headers carry.</summary>
internal static class MessageRules
{
    /// <summary>Ten years in milliseconds: the longest time to live or expiry accepted.</summary>
    public const long MaxMilliseconds = 315360000000;

    /// <summary>The 406 text for a user-id that is not the user's own, or null.</summary>
    public static string? UserRefusal(BasicProperties properties, BrokerUser user) =>
        properties.UserId is { } userId && userId != user.Name && !user.MayImpersonate
            ? $"user_id property set to '{userId}' but authenticated user was '{user.Name}'"
            : null;

    /// <summary>The 406 text for other properties that RabbitMQ refuses, or null.</summary>
    public static string? Refusal(BasicProperties properties, BrokerProfile profile)
    {
        if (properties.Expiration is { } expiration && ExpirationFault(expiration) is { } fault)
        {
            string lead = $"invalid expiration '{expiration}': ";
            return lead + Text.ErlangTerms.Wrap(fault, lead.Length);
        }

        if (properties.Headers is { } headers
            && (KeyListFault(headers, "CC") ?? KeyListFault(headers, "BCC")) is { } keys)
        {
            return $"invalid message: {keys}";
        }

        return profile.ChecksDeliveryMode && properties.DeliveryMode is { } mode and not 1 and not 2
            ? string.Create(CultureInfo.InvariantCulture, $"invalid message: {{delivery_mode_unknown,{mode}}}")
            : null;
    }

    /// <summary>The strings in the CC and BCC arrays.</summary>
    public static IReadOnlyList<string> ExtraKeys(BasicProperties properties)
    {
        if (properties.Headers is not { } headers)
        {
            return [];
        }

        bool hasCc = headers.TryGet("CC", out FieldValue cc);
        bool hasBcc = headers.TryGet("BCC", out FieldValue bcc);
        if (!hasCc && !hasBcc)
        {
            return [];
        }

        List<string> keys = [];
        AddStrings(hasCc, cc, keys);
        AddStrings(hasBcc, bcc, keys);
        return keys;
    }

    /// <summary>The strings in the CC array: those that receivers see.</summary>
    public static IReadOnlyList<string> CopyKeys(BasicProperties properties)
    {
        List<string> keys = [];
        if (properties.Headers is { } headers && headers.TryGet("CC", out FieldValue cc) && cc.Type == FieldType.Array)
        {
            AddStrings(true, cc, keys);
        }

        return keys;
    }

    /// <summary>Headers as receivers see them: BCC is removed, the table stays even when empty.</summary>
    public static BasicProperties WithoutBlindCopies(BasicProperties properties)
    {
        if (properties.Headers is not { } headers || !headers.TryGet("BCC", out _))
        {
            return properties;
        }

        List<KeyValuePair<string, FieldValue>> kept = [];
        foreach (KeyValuePair<string, FieldValue> pair in headers)
        {
            if (pair.Key != "BCC")
            {
                kept.Add(pair);
            }
        }

        return properties with { Headers = new FieldTable(kept) };
    }

    private static void AddStrings(bool present, in FieldValue value, List<string> keys)
    {
        if (!present)
        {
            return;
        }

        foreach (FieldValue item in value.AsArray())
        {
            if (item.Type == FieldType.LongString)
            {
                keys.Add(item.AsString());
            }
        }
    }

    private static string? KeyListFault(FieldTable headers, string name) =>
        headers.TryGet(name, out FieldValue value) && value.Type != FieldType.Array
            ? $"{{unacceptable_type_in_header,\"{name}\",{FieldFacts.TypeName(value)}}}"
            : null;

    private static string? ExpirationFault(string text)
    {
        int digits = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        int end = digits;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == digits)
        {
            return "no_integer";
        }

        if (end < text.Length)
        {
            return $"{{leftover_string,\"{text[end..]}\"}}";
        }

        ReadOnlySpan<char> number = text.AsSpan(digits).TrimStart('0');
        string shown = number.Length == 0 ? "0" : number.ToString();
        if (text[0] == '-' && shown != "0")
        {
            return $"{{value_negative,-{shown}}}";
        }

        return number.Length > 18
            || (number.Length > 0 && long.Parse(number, CultureInfo.InvariantCulture) > MaxMilliseconds)
            ? $"{{value_too_large,{shown}}}"
            : null;
    }
}
