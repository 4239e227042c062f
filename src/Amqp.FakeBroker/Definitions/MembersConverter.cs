using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amqp.FakeBroker.Definitions;

/// <summary>
/// Members of an object in definitions. RabbitMQ writes them as a list of pairs where it keeps them as one, and as an
/// empty list when there are none.
/// </summary>
internal sealed class MembersConverter : JsonConverter<IReadOnlyDictionary<string, JsonElement>>
{
    public override IReadOnlyDictionary<string, JsonElement> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement value = JsonElement.ParseValue(ref reader);
        Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    members[member.Name] = member.Value;
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement pair in value.EnumerateArray())
                {
                    if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                        || pair[0].ValueKind != JsonValueKind.String)
                    {
                        throw new JsonException("expected pairs of a name and a value");
                    }

                    members[pair[0].GetString()!] = pair[1];
                }

                break;
            default:
                throw new JsonException("expected an object");
        }

        return members;
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (KeyValuePair<string, JsonElement> member in value)
        {
            writer.WritePropertyName(member.Key);
            member.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
