using System.Globalization;
using System.Text.Json;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>A request as handlers see it: names from the path, the query, and a JSON body.</summary>
internal sealed class ApiRequest(
    InMemoryBroker broker,
    Route route,
    string[] path,
    IReadOnlyDictionary<string, string> query,
    JsonElement body,
    BrokerUser? user,
    Func<string, string?> header)
{
    public InMemoryBroker Broker { get; } = broker;

    /// <summary>Who asks; null under /sim.</summary>
    public BrokerUser? User { get; } = user;

    /// <summary>The body; an empty object when there was none.</summary>
    public JsonElement Body { get; } = body;

    /// <summary>The virtual host in the path.</summary>
    public string VirtualHost => this["vhost"];

    /// <summary>A name in the path; the route must have it.</summary>
    public string this[string name] => route.Value(path, name)!;

    /// <summary>The virtual host in the path, or null when the route has none.</summary>
    public string? OptionalVirtualHost => route.Value(path, "vhost");

    /// <summary>Refuses to make an entity whose name in the path begins with "amq.", as RabbitMQ does.</summary>
    public void RefuseReserved(string name)
    {
        if (this[name].StartsWith("amq.", StringComparison.Ordinal))
        {
            throw ApiException.Refused();
        }
    }

    /// <summary>The name of an exchange in the path: "amq.default" stands for the default one.</summary>
    public string Exchange(string name) => this[name] == "amq.default" ? "" : this[name];

    /// <summary>A header of the request; null when it is not there.</summary>
    public string? Header(string name) => header(name);

    public string? Query(string key) => query.GetValueOrDefault(key);

    public bool QueryFlag(string key) => Query(key) is "true" or "1" or "yes" or "";

    /// <summary>A flag of the query under /sim, where anything but true and false is a slip.</summary>
    public bool StrictQueryFlag(string key) => Query(key) switch
    {
        null or "false" => false,
        "" or "true" => true,
        string other => throw ApiException.BadRequest($"?{key}= must be true or false, not \"{other}\""),
    };

    /// <summary>A text of the body; null when it is not there.</summary>
    public string? Text(string key) => Member(key, JsonValueKind.String) is { } value ? value.GetString() : null;

    public string RequiredText(string key)
    {
        Require(key);
        return Text(key) ?? throw ApiException.BadRequest($"\"{key}\" must be of the JSON type string");
    }

    /// <summary>Checks that the body has these members.</summary>
    /// <exception cref="ApiException">It has not; the reason names them all, as RabbitMQ's does.</exception>
    public void Require(params string[] keys)
    {
        string[] missing = [.. keys.Where(key => !Body.TryGetProperty(key, out _))];
        if (missing.Length > 0)
        {
            throw ApiException.BadRequest(
                $"[{string.Join(',', missing.Select(static key => $"{{key_missing,{key}}}"))}]");
        }
    }

    public bool Flag(string key, bool otherwise = false)
    {
        if (!Body.TryGetProperty(key, out JsonElement value))
        {
            return otherwise;
        }

        // Command line tools send texts for everything.
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when value.GetString() is "true" or "false" => value.GetString() == "true",
            _ => throw ApiException.BadRequest($"\"{key}\" must be true or false"),
        };
    }

    public long? Number(string key)
    {
        if (!Body.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        long number = 0;
        bool isNumber = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(
                value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        return isNumber ? number : throw ApiException.BadRequest($"\"{key}\" must be a whole number");
    }

    public long RequiredNumber(string key, long least = long.MinValue)
    {
        Require(key);
        long number = Number(key) ?? throw ApiException.BadRequest($"\"{key}\" must be a whole number");
        return number >= least
            ? number
            : throw ApiException.BadRequest(string.Create(
                CultureInfo.InvariantCulture, $"\"{key}\" must be at least {least}"));
    }

    /// <summary>A text of the body in base64.</summary>
    public static byte[] Base64(string key, string text)
    {
        byte[] octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out int length)
            ? octets[..length]
            : throw ApiException.BadRequest($"\"{key}\" is not base64");
    }

    /// <summary>A time in milliseconds, not negative.</summary>
    public TimeSpan? Milliseconds(string key) => Number(key) is not { } number
        ? null
        : number is >= 0 and <= 1L << 40
            ? TimeSpan.FromMilliseconds(number)
            : throw ApiException.BadRequest($"\"{key}\" is out of its range");

    /// <summary>An object of the body as a field table; empty when it is not there.</summary>
    public FieldTable Table(string key) => Member(key, JsonValueKind.Object) is { } value
        ? FieldTableJson.FromJson(FieldTableJson.Members(value))
        : FieldTable.Empty;

    /// <summary>A member of the body; null when it is not there, or null.</summary>
    public JsonElement? Member(string key, JsonValueKind kind) =>
        !Body.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null
            ? null
            : value.ValueKind == kind
                ? value
                : throw ApiException.BadRequest($"\"{key}\" must be of the JSON type {Name(kind)}");

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        _ => "number",
    };
}
