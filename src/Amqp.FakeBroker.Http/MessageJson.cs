using System.Text;
using System.Text.Json;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>Messages to publish, as the management API takes them.</summary>
internal static class MessageJson
{
    public static BasicProperties Properties(JsonElement? json)
    {
        if (json is not { } given)
        {
            return BasicProperties.Empty;
        }

        BasicProperties properties = BasicProperties.Empty;
        foreach (JsonProperty member in given.EnumerateObject())
        {
            properties = With(properties, member.Name, member.Value);
        }

        return properties;
    }

    public static byte[] Payload(ApiRequest request)
    {
        string payload = request.RequiredText("payload");
        switch (request.Text("payload_encoding") ?? "string")
        {
            case "string":
                return Encoding.UTF8.GetBytes(payload);
            case "base64":
                return ApiRequest.Base64("payload", payload);
            default:
                throw ApiException.BadRequest("\"payload_encoding\" must be \"string\" or \"base64\"");
        }
    }

    private static BasicProperties With(BasicProperties properties, string name, JsonElement value) => name switch
    {
        "content_type" => properties with { ContentType = Text(name, value) },
        "content_encoding" => properties with { ContentEncoding = Text(name, value) },
        "priority" => properties with { Priority = Octet(name, value) },
        "delivery_mode" => properties with { DeliveryMode = Octet(name, value) },
        "correlation_id" => properties with { CorrelationId = Text(name, value) },
        "reply_to" => properties with { ReplyTo = Text(name, value) },
        "expiration" => properties with { Expiration = Text(name, value) },
        "message_id" => properties with { MessageId = Text(name, value) },
        "timestamp" => properties with
        {
            Timestamp = value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong seconds)
                ? seconds
                : throw Wrong(name, "a number of seconds"),
        },
        "type" => properties with { Type = Text(name, value) },
        "user_id" => properties with { UserId = Text(name, value) },
        "app_id" => properties with { AppId = Text(name, value) },
        "cluster_id" => properties with { ClusterId = Text(name, value) },
        "headers" => properties with
        {
            Headers = value.ValueKind == JsonValueKind.Object
                ? FieldTableJson.FromJson(FieldTableJson.Members(value))
                : throw Wrong(name, "an object"),
        },
        _ => throw ApiException.BadRequest($"\"{name}\" is not a property"),
    };

    private static string Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a string");

    private static byte Octet(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetByte(out byte octet)
            ? octet
            : throw Wrong(name, "a number from 0 to 255");

    private static ApiException Wrong(string name, string wanted) =>
        ApiException.BadRequest($"the property \"{name}\" must be {wanted}");
}
