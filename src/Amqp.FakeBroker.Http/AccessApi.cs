using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/users, /api/permissions, /api/topic-permissions and /api/user-limits.</summary>
internal static class AccessApi
{
    public static Route[] Routes =>
    [
        new("GET", "/api/users", static request =>
            Shapes.List(request.Broker.Control(static core => core.Users), Shapes.User)),
        new("GET", "/api/users/without-permissions", WithoutPermissions),
        new("POST", "/api/users/bulk-delete", BulkDelete),
        new("GET", "/api/users/{user}", static request => Shapes.User(Find(request))),
        new("PUT", "/api/users/{user}", Put),
        new("DELETE", "/api/users/{user}", static request =>
            request.Broker.Control(core => core.DeleteUser(request["user"]))
                ? ApiResult.NoContent
                : throw ApiException.NotFound()),
        new("GET", "/api/users/{user}/permissions", static request => Permissions(request)),
        new("GET", "/api/users/{user}/topic-permissions", static request => TopicPermissions(request)),
        new("GET", "/api/permissions", static request => Permissions(request)),
        new("GET", "/api/vhosts/{vhost}/permissions", static request => Permissions(request)),
        new("GET", "/api/permissions/{vhost}/{user}", static request =>
            Shapes.Permission(Permission(request) ?? throw ApiException.NotFound())),
        new("PUT", "/api/permissions/{vhost}/{user}", PutPermission),
        new("DELETE", "/api/permissions/{vhost}/{user}", static request =>
            request.Broker.Control(core => core.ClearPermissions(request.VirtualHost, request["user"]))
                ? ApiResult.NoContent
                : throw ApiException.NotFound()),
        new("GET", "/api/topic-permissions", static request => TopicPermissions(request)),
        new("GET", "/api/vhosts/{vhost}/topic-permissions", static request => TopicPermissions(request)),
        new("GET", "/api/topic-permissions/{vhost}/{user}", static request => TopicPermissions(request)),
        new("PUT", "/api/topic-permissions/{vhost}/{user}", PutTopicPermission),
        new("DELETE", "/api/topic-permissions/{vhost}/{user}", static request => ClearTopics(request, null)),
        new("DELETE", "/api/topic-permissions/{vhost}/{user}/{exchange}", static request =>
            ClearTopics(request, request.Exchange("exchange"))),
        new("GET", "/api/user-limits", Limits),
        new("GET", "/api/user-limits/{user}", Limits),
        new("PUT", "/api/user-limits/{user}/{limit}", static request =>
            SetLimit(request, request.RequiredNumber("value"))),
        new("DELETE", "/api/user-limits/{user}/{limit}", static request => SetLimit(request, -1)),
    ];

    private static BrokerUser Find(ApiRequest request) => request.Broker.Control(static core => core.Users)
        .FirstOrDefault(each => each.Name == request["user"]) ?? throw ApiException.NotFound();

    private static ApiResult WithoutPermissions(ApiRequest request) => request.Broker.Control<ApiResult>(static core =>
    {
        HashSet<string> with = [.. core.Permissions.Select(static each => each.User)];
        return Shapes.List(core.Users.Where(each => !with.Contains(each.Name)), Shapes.User);
    });

    private static ApiResult BulkDelete(ApiRequest request)
    {
        JsonElement users = request.Member("users", JsonValueKind.Array)
            ?? throw ApiException.BadRequest("[{key_missing,users}]");
        string[] names = [.. users.EnumerateArray().Select(static each => each.ToString())];
        request.Broker.Control(core => Array.ForEach(names, name => core.DeleteUser(name)));
        return ApiResult.NoContent;
    }

    private static ApiResult Put(ApiRequest request)
    {
        string? hash = request.Text("password_hash");
        string? password = request.Text("password");
        if (!request.Body.TryGetProperty("tags", out JsonElement tags))
        {
            throw ApiException.BadRequest("tags_not_present");
        }

        BrokerUser user = new(request["user"], password)
        {
            PasswordHash = password is null && hash is { Length: > 0 } ? hash : null,
            Tags = tags.ValueKind switch
            {
                JsonValueKind.Array => [.. tags.EnumerateArray().Select(static tag => tag.ToString())],
                JsonValueKind.String => [.. tags.GetString()!.Split(
                    ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
                _ => throw ApiException.BadRequest("\"tags\" must be a list or a text with commas"),
            },
        };
        return request.Broker.Control(core =>
        {
            bool isThere = core.Users.Any(each => each.Name == user.Name);
            core.PutUser(user);
            return isThere ? ApiResult.NoContent : ApiResult.Created;
        });
    }

    private static ApiResult Permissions(ApiRequest request) => Shapes.List(
        request.Broker.Control(static core => core.Permissions).Where(each =>
            (request.OptionalVirtualHost ?? each.VirtualHost) == each.VirtualHost
            && (request["user"] ?? each.User) == each.User),
        Shapes.Permission);

    private static PermissionInfo? Permission(ApiRequest request) => request.Broker
        .Control(static core => core.Permissions)
        .FirstOrDefault(each => each.VirtualHost == request.VirtualHost && each.User == request["user"]);

    private static ApiResult PutPermission(ApiRequest request)
    {
        request.Require("configure", "write", "read");
        BrokerPermissions permissions = new(
            request.RequiredText("configure"), request.RequiredText("write"), request.RequiredText("read"));
        CheckEnds(request);
        bool isThere = Permission(request) is not null;
        request.Broker.Control(core => core.SetPermissions(request.VirtualHost, request["user"], permissions));
        return isThere ? ApiResult.NoContent : ApiResult.Created;
    }

    private static ApiResult TopicPermissions(ApiRequest request) => Shapes.List(
        request.Broker.Control(static core => core.TopicPermissions).Where(each =>
            (request.OptionalVirtualHost ?? each.VirtualHost) == each.VirtualHost
            && (request["user"] ?? each.User) == each.User),
        Shapes.TopicPermission);

    private static ApiResult PutTopicPermission(ApiRequest request)
    {
        request.Require("exchange", "write", "read");
        CheckEnds(request);
        TopicPermissionInfo permission = new(
            request["user"],
            request.VirtualHost,
            request.RequiredText("exchange"),
            request.RequiredText("write"),
            request.RequiredText("read"));
        request.Broker.Control(core => core.SetTopicPermission(permission));
        return ApiResult.Created;
    }

    private static void CheckEnds(ApiRequest request)
    {
        bool areThere = request.Broker.Control(core => core.VirtualHosts.Contains(request.VirtualHost)
            && core.Users.Any(each => each.Name == request["user"]));
        if (!areThere)
        {
            throw ApiException.BadRequest("vhost_or_user_not_found");
        }
    }

    private static ApiResult Limits(ApiRequest request) => request.Broker.Control<ApiResult>(core =>
    {
        JsonArray array = [];
        foreach (string user in core.Users.Select(static each => each.Name))
        {
            (int? connections, int? channels) = core.GetUserLimits(user);
            JsonObject value = [];
            Add(value, "max-connections", connections);
            Add(value, "max-channels", channels);
            if (value.Count > 0 && (request["user"] ?? user) == user)
            {
                array.Add((JsonNode)new JsonObject { ["user"] = user, ["value"] = value });
            }
        }

        return array;
    });

    /// <summary>Adds a limit where there is one.</summary>
    public static void Add(JsonObject json, string name, int? limit)
    {
        if (limit is { } most)
        {
            json[name] = most;
        }
    }

    private static ApiResult ClearTopics(ApiRequest request, string? exchange) =>
        request.Broker.Control(core => core.ClearTopicPermissions(request.VirtualHost, request["user"], exchange))
            ? ApiResult.NoContent
            : throw ApiException.NotFound();

    private static ApiResult SetLimit(ApiRequest request, long value)
    {
        int? limit = value < 0 ? null : (int)Math.Min(value, int.MaxValue);
        request.Broker.Control(core =>
        {
            (int? connections, int? channels) = core.GetUserLimits(request["user"]);
            switch (request["limit"])
            {
                case "max-connections":
                    core.SetUserLimits(request["user"], limit, channels);
                    break;
                case "max-channels":
                    core.SetUserLimits(request["user"], connections, limit);
                    break;
                default:
                    throw ApiException.BadRequest($"there is no limit \"{request["limit"]}\"");
            }
        });
        return ApiResult.NoContent;
    }
}
