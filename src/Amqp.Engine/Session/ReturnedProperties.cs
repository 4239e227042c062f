using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

/// <summary>Tells whether the properties of a returned message are those it was published with. A broker takes the
/// header BCC out (RabbitMQ, sender-selected distribution) and may encode the others anew: in another order, or an
/// integer in another width. Their values stay what they are.</summary>
internal static class ReturnedProperties
{
    private const string HiddenHeader = "BCC";

    public static bool AreOf(BasicProperties sent, BasicProperties returned) =>
        ReferenceEquals(sent, returned)
        || (sent.MessageId == returned.MessageId
            && sent.CorrelationId == returned.CorrelationId
            && sent.Timestamp == returned.Timestamp
            && sent.Type == returned.Type
            && sent.ReplyTo == returned.ReplyTo
            && sent.Expiration == returned.Expiration
            && sent.Priority == returned.Priority
            && sent.DeliveryMode == returned.DeliveryMode
            && sent.ContentType == returned.ContentType
            && sent.ContentEncoding == returned.ContentEncoding
            && sent.UserId == returned.UserId
            && sent.AppId == returned.AppId
            && sent.ClusterId == returned.ClusterId
            && SameHeaders(sent.Headers ?? FieldTable.Empty, returned.Headers ?? FieldTable.Empty));

    private static bool SameHeaders(FieldTable sent, FieldTable returned) =>
        Holds(returned, sent, hidden: HiddenHeader) && Holds(sent, returned, hidden: null);

    // Whether each entry of the second table but the hidden one is one of the first. A name may come twice.
    private static bool Holds(FieldTable table, FieldTable entries, string? hidden)
    {
        foreach (KeyValuePair<string, FieldValue> entry in entries)
        {
            if (!string.Equals(entry.Key, hidden, StringComparison.Ordinal) && !Holds(table, entry))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(FieldTable table, in KeyValuePair<string, FieldValue> sought)
    {
        foreach (KeyValuePair<string, FieldValue> entry in table)
        {
            if (string.Equals(entry.Key, sought.Key, StringComparison.Ordinal) && Same(entry.Value, sought.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(FieldValue left, FieldValue right)
    {
        if (left == right)
        {
            return true;
        }

        if (left.Type == FieldType.Table && right.Type == FieldType.Table)
        {
            FieldTable inner = left.AsTable(), other = right.AsTable();
            return Holds(inner, other, hidden: null) && Holds(other, inner, hidden: null);
        }

        if (left.Type == FieldType.Array && right.Type == FieldType.Array)
        {
            ReadOnlySpan<FieldValue> inner = left.RawArray, other = right.RawArray;
            for (int i = 0; i < inner.Length && i < other.Length; i++)
            {
                if (!Same(inner[i], other[i]))
                {
                    return false;
                }
            }

            return inner.Length == other.Length;
        }

        return left.TryGetInt64(out long number) && right.TryGetInt64(out long otherNumber) && number == otherNumber;
    }
}
