using System.Globalization;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>How RabbitMQ names, prints and compares field values.</summary>
internal static class FieldFacts
{
    public static string TypeName(in FieldValue value) => value.Type switch
    {
        FieldType.Boolean => "bool",
        FieldType.Int8 => "byte",
        FieldType.UInt8 => "unsignedbyte",
        FieldType.Int16 => "short",
        FieldType.UInt16 => "unsignedshort",
        FieldType.Int32 => "signedint",
        FieldType.UInt32 => "unsignedint",
        FieldType.Int64 or FieldType.Int64Alt => "long",
        FieldType.Float => "float",
        FieldType.Double => "double",
        FieldType.Decimal => "decimal",
        FieldType.LongString => "longstr",
        FieldType.Bytes => "binary",
        FieldType.Array => "array",
        FieldType.Timestamp => "timestamp",
        FieldType.Table => "table",
        _ => "void",
    };

    /// <summary>The value as RabbitMQ writes it in "received '…' but current is '…'".</summary>
    public static string Text(in FieldValue value) => value.Type switch
    {
        FieldType.LongString => value.AsString(),
        FieldType.Boolean => value.AsBoolean() ? "true" : "false",
        FieldType.Void => "undefined",
        FieldType.Float or FieldType.Double =>
            value.AsDouble().ToString("0.0###############", CultureInfo.InvariantCulture),
        _ when TryInteger(value, out long number) => number.ToString(CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static bool TryInteger(in FieldValue value, out long number)
    {
        switch (value.Type)
        {
            case FieldType.Int8:
            case FieldType.UInt8:
            case FieldType.Int16:
            case FieldType.UInt16:
            case FieldType.Int32:
            case FieldType.UInt32:
            case FieldType.Int64:
            case FieldType.Int64Alt:
                number = value.AsInt64();
                return true;
            default:
                number = 0;
                return false;
        }
    }

    /// <summary>
    /// Equality by value: integer widths and integer against floating point do not matter, other types do.
    /// </summary>
    public static bool AreEqual(in FieldValue a, in FieldValue b)
    {
        bool aIsInteger = TryInteger(a, out long left);
        bool bIsInteger = TryInteger(b, out long right);
        if (aIsInteger && bIsInteger)
        {
            return left == right;
        }

        bool aIsReal = a.Type is FieldType.Float or FieldType.Double;
        bool bIsReal = b.Type is FieldType.Float or FieldType.Double;
        if ((aIsInteger || aIsReal) && (bIsInteger || bIsReal))
        {
            return (aIsReal ? a.AsDouble() : left) == (bIsReal ? b.AsDouble() : right);
        }

        return a.Equals(b);
    }
}
