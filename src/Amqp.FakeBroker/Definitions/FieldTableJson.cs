using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Definitions;

/// <summary>
/// Field tables as JSON, the way RabbitMQ's management API shows and reads them: whole numbers become 64-bit integers,
/// texts long strings, objects tables, null the void value.
/// </summary>
public static class FieldTableJson
{
    /// <summary>Shows a table.</summary>
    /// <param name="table">The table; of keys that come twice the last one is shown.</param>
    /// <returns>A JSON object.</returns>
    public static JsonObject ToJson(FieldTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        JsonObject json = [];
        foreach (KeyValuePair<string, FieldValue> pair in table)
        {
            json[pair.Key] = ToJson(pair.Value);
        }

        return json;
    }

    /// <summary>Shows a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>A JSON value; null for the void value.</returns>
    public static JsonNode? ToJson(in FieldValue value)
    {
        switch (value.Type)
        {
            case FieldType.Boolean:
                return value.AsBoolean();
            case FieldType.LongString:
                return value.AsString();
            case FieldType.Float or FieldType.Double:
                return value.AsDouble();
            case FieldType.Table:
                return ToJson(value.AsTable());
            case FieldType.Void:
                return null;
            case FieldType.Array:
                JsonArray array = [];
                foreach (FieldValue each in value.AsArray())
                {
                    array.Add(ToJson(each));
                }

                return array;
            case FieldType.Bytes or FieldType.Decimal:
                return value.ToString();
            default:
                return value.AsInt64();
        }
    }

    /// <summary>Reads a table.</summary>
    /// <param name="json">An object's members; null for none.</param>
    /// <returns>The table, its keys in the order given.</returns>
    public static FieldTable FromJson(IEnumerable<KeyValuePair<string, JsonElement>>? json) => json is null
        ? FieldTable.Empty
        : new FieldTable(json.Select(static pair => KeyValuePair.Create(pair.Key, FromJson(pair.Value))));

    /// <summary>Reads a value.</summary>
    /// <param name="json">The value.</param>
    /// <returns>What a management client means by it.</returns>
    public static FieldValue FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => FieldValue.LongString(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out long number)
            ? FieldValue.Int64(number)
            : FieldValue.Double(json.GetDouble()),
        JsonValueKind.True => FieldValue.Boolean(true),
        JsonValueKind.False => FieldValue.Boolean(false),
        JsonValueKind.Array => FieldValue.Array(json.EnumerateArray().Select(FromJson)),
        JsonValueKind.Object => FieldValue.Table(FromJson(Members(json))),
        _ => FieldValue.Void,
    };

    /// <summary>The members of an object, as a table is read from them.</summary>
    /// <param name="json">A JSON object.</param>
    /// <returns>Its members in their order.</returns>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement json) =>
        json.EnumerateObject().Select(static member => KeyValuePair.Create(member.Name, member.Value));
}
