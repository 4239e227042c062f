using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Amqp.FakeBroker.Http;

/// <summary>
/// Finds the route, reads the body, asks for a login under /api, and turns exceptions into 4xx with a reason. The path
/// is taken as it was sent, because "%2F" in a name (the virtual host "/") is not a separator.
/// </summary>
internal sealed class Dispatcher(InMemoryBroker broker, Route[] routes)
{
    private static readonly string[] s_tags = ["administrator", "monitoring", "policymaker", "management"];
    private static readonly JsonElement s_noBody = JsonDocument.Parse("{}").RootElement;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            ApiResult result = await AnswerAsync(context).ConfigureAwait(false);
            await WriteAsync(context.Response, result).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            if (e.Status == 401)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"RabbitMQ Management\"";
            }

            await FailAsync(context.Response, e.Status, e.Error, e.Message).ConfigureAwait(false);
        }
        catch (BrokerControlException e)
        {
            (int status, string error) = e.IsNotFound ? (404, "not_found") : (400, "bad_request");
            await FailAsync(context.Response, status, error, e.Message).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is FormatException or ArgumentException or InvalidOperationException or JsonException)
        {
            await FailAsync(context.Response, 400, "bad_request", e.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(context.Response, e.StatusCode, "bad_request", e.Message).ConfigureAwait(false);
        }
    }

    private async Task<ApiResult> AnswerAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        string[] path = [.. (mark < 0 ? target : target[..mark])
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(Uri.UnescapeDataString)];
        Route route = Find(context.Request.Method, path, context.Response);
        BrokerUser? user = path is ["api", ..] ? Authenticate(context.Request) : null;
        JsonElement body = await ReadAsync(context).ConfigureAwait(false);
        Dictionary<string, string> query = context.Request.Query.ToDictionary(
            static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal);
        if (path is ["sim", ..])
        {
            CheckKnown(route, body, query.Keys);
        }

        return route.Handler(new ApiRequest(
            broker,
            route,
            path,
            query,
            body,
            user,
            name => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null));
    }

    // Under /sim a key that is not known is a slip that would make a test test nothing; RabbitMQ's own API ignores it.
    private static void CheckKnown(Route route, JsonElement body, IEnumerable<string> queries)
    {
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (!route.Keys.Contains(member.Name))
            {
                throw ApiException.BadRequest($"\"{member.Name}\" is not known here; {Known("the body", route.Keys)}");
            }
        }

        foreach (string key in queries)
        {
            if (!route.Queries.Contains(key))
            {
                throw ApiException.BadRequest($"?{key}= is not known here; {Known("the query", route.Queries)}");
            }
        }
    }

    private static string Known(string what, IReadOnlyList<string> keys) =>
        keys.Count == 0 ? $"{what} must be empty" : $"{what} may hold {string.Join(", ", keys)}";

    private Route Find(string method, string[] path, HttpResponse response)
    {
        Route? found = null;
        List<string> others = [];
        foreach (Route route in routes)
        {
            if (!route.IsMatch(path))
            {
                continue;
            }

            // HEAD is answered like GET; the server leaves the body out.
            if (route.Method != (method == "HEAD" ? "GET" : method))
            {
                others.Add(route.Method);
            }
            else if (found is null || route.FixedCount > found.FixedCount)
            {
                found = route;
            }
        }

        if (found is not null)
        {
            return found;
        }

        if (others.Count == 0)
        {
            throw ApiException.NotFound();
        }

        response.Headers.Allow = string.Join(", ", others.Distinct());
        throw new ApiException(
            405, "Method Not Allowed", $"{method} is not one of {string.Join(", ", others.Distinct())}");
    }

    private BrokerUser Authenticate(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        const string Scheme = "Basic ";
        byte[] octets = new byte[header.Length];
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header[Scheme.Length..].Trim(), octets, out int length))
        {
            throw new ApiException(401, "not_authorized", "Login failed");
        }

        string login = Encoding.UTF8.GetString(octets, 0, length);
        int split = login.IndexOf(':', StringComparison.Ordinal);
        BrokerUser? user = split < 0
            ? null
            : broker.Control(core => core.Authenticate(login[..split], login[(split + 1)..]));
        if (user is null)
        {
            throw new ApiException(401, "not_authorized", "Login failed");
        }

        return user.Tags.Any(static tag => s_tags.Contains(tag))
            ? user
            : throw new ApiException(401, "not_authorised", "Not management user");
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        using MemoryStream buffer = new();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        if (buffer.Length == 0)
        {
            return s_noBody;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw ApiException.BadRequest("the body must be a JSON object");
        }
        catch (JsonException)
        {
            throw ApiException.BadRequest("the body is not JSON");
        }
    }

    private static Task FailAsync(HttpResponse response, int status, string error, string reason) =>
        WriteAsync(response, new ApiResult(status, new JsonObject { ["error"] = error, ["reason"] = reason }));

    private static async Task WriteAsync(HttpResponse response, ApiResult result)
    {
        response.StatusCode = result.Status;
        if (result.Location is { } location)
        {
            response.Headers.Location = location;
        }

        if (result.Body is null)
        {
            // As RabbitMQ does: a client that waits for the end of the body gets it at once.
            response.ContentLength = result.Status == 204 ? null : 0;
            return;
        }

        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            result.Body.WriteTo(writer);
        }

        response.ContentType = "application/json";
        response.ContentLength = json.WrittenCount;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.BodyWriter.WriteAsync(json.WrittenMemory, response.HttpContext.RequestAborted)
                .ConfigureAwait(false);
        }
    }
}
