using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>What a handler answers: a status, and JSON unless there is nothing to say.</summary>
internal readonly record struct ApiResult(int Status, JsonNode? Body = null)
{
    public static ApiResult Created => new(201);

    public static ApiResult NoContent => new(204);

    public string? Location { get; init; }

    public static implicit operator ApiResult(JsonNode body) => new(200, body);
}
