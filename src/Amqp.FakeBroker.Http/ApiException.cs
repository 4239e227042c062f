namespace Amqp.FakeBroker.Http;

/// <summary>A request that is answered with an error status, a short word for it and a reason.</summary>
internal sealed class ApiException(int status, string error, string reason) : Exception(reason)
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    public static ApiException NotFound(string reason = "Not Found") => new(404, "Object Not Found", reason);

    public static ApiException Refused() => new(401, "not_authorised", "Access refused.");

    public static ApiException BadRequest(string reason) => new(400, "bad_request", reason);
}
