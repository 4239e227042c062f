using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.FakeBroker.Definitions;

namespace Amqp.FakeBroker.Http;

/// <summary>/api/connections and /api/channels.</summary>
internal static class ConnectionApi
{
    private const string ClosedByOperator = "Closed via management plugin";

    public static Route[] Routes =>
    [
        new("GET", "/api/connections", static request => List(request, static _ => true)),
        new("GET", "/api/vhosts/{vhost}/connections", static request =>
            List(request, each => each.VirtualHost == request.VirtualHost)),
        new("GET", "/api/connections/username/{user}", static request =>
            List(request, each => each.UserName == request["user"])),
        new("DELETE", "/api/connections/username/{user}", CloseOfUser),
        new("GET", "/api/connections/{connection}", static request => request.Broker.Control<ApiResult>(core =>
            Show(request.Broker, core, Find(core, request)))),
        new("DELETE", "/api/connections/{connection}", Close),
        new("GET", "/api/connections/{connection}/channels", static request => request.Broker.Control<ApiResult>(core =>
        {
            BrokerConnection connection = Find(core, request);
            return Shapes.List(connection.Channels, each => Channel(request.Broker, connection, each));
        })),
        new("GET", "/api/channels", static request => Channels(request, static _ => true)),
        new("GET", "/api/vhosts/{vhost}/channels", static request =>
            Channels(request, each => each.VirtualHost == request.VirtualHost)),
        new("GET", "/api/channels/{channel}", static request => request.Broker.Control<ApiResult>(core =>
        {
            foreach (BrokerConnection connection in core.Connections)
            {
                foreach (ChannelInfo channel in connection.Channels)
                {
                    if (ChannelName(connection, channel) == request["channel"])
                    {
                        JsonObject json = Channel(request.Broker, connection, channel);
                        json["consumer_details"] = Shapes.List(
                            core.ListQueues(connection.VirtualHost)
                                .SelectMany(static queue => queue.Consumers)
                                .Where(each => each.Connection == connection.Number && each.Channel == channel.Number),
                            each => QueueApi.Consumer(request.Broker, core, connection.VirtualHost, each));
                        return json;
                    }
                }
            }

            throw ApiException.NotFound();
        })),
    ];

    private static ApiResult List(ApiRequest request, Func<BrokerConnection, bool> isChosen) =>
        request.Broker.Control(core => Paging.Page(
            request,
            [.. core.Connections.Where(each => each.IsOpen && isChosen(each))],
            static each => each.Name,
            each => Show(request.Broker, core, each)));

    private static ApiResult Channels(ApiRequest request, Func<BrokerConnection, bool> isChosen) =>
        request.Broker.Control(core => Paging.Page(
            request,
            [.. core.Connections.Where(isChosen)
                .SelectMany(static connection => connection.Channels.Select(channel => (connection, channel)))],
            static each => ChannelName(each.connection, each.channel),
            each => Channel(request.Broker, each.connection, each.channel)));

    private static ApiResult Close(ApiRequest request)
    {
        string reason = request.Header("X-Reason") ?? ClosedByOperator;
        request.Broker.Control(core => core.CloseConnection(Find(core, request), reason));
        return ApiResult.NoContent;
    }

    private static ApiResult CloseOfUser(ApiRequest request)
    {
        string reason = request.Header("X-Reason") ?? ClosedByOperator;
        request.Broker.Control(core => core.CloseConnections(each => each.UserName == request["user"], reason));
        return ApiResult.NoContent;
    }

    private static BrokerConnection Find(BrokerCore core, ApiRequest request) =>
        core.Connections.FirstOrDefault(each => each.Name == request["connection"]) ?? throw ApiException.NotFound();

    private static JsonObject Show(InMemoryBroker broker, BrokerCore core, BrokerConnection connection)
    {
        ConnectionEnds ends = broker.Ends(connection);
        return new JsonObject
        {
            ["auth_mechanism"] = connection.Mechanism,
            ["channel_max"] = connection.ChannelMax,
            ["channels"] = connection.Channels.Count,
            ["client_properties"] = FieldTableJson.ToJson(connection.ClientProperties),
            ["connected_at"] = core.OpenedAt(connection).ToUnixTimeMilliseconds(),
            ["frame_max"] = connection.FrameMax,
            ["host"] = ends.Host,
            ["name"] = connection.Name,
            ["node"] = Shapes.Node,
            ["peer_cert_issuer"] = null,
            ["peer_cert_subject"] = null,
            ["peer_cert_validity"] = null,
            ["peer_host"] = ends.PeerHost,
            ["peer_port"] = ends.PeerPort,
            ["port"] = ends.Port,
            ["protocol"] = "AMQP 0-9-1",
            ["recv_oct"] = ends.ReceivedOctets,
            ["recv_oct_details"] = Shapes.Rate(),
            ["send_oct"] = ends.SentOctets,
            ["send_oct_details"] = Shapes.Rate(),
            ["send_pend"] = 0,
            ["ssl"] = ends.IsTls,
            ["ssl_cipher"] = null,
            ["ssl_hash"] = null,
            ["ssl_key_exchange"] = null,
            ["ssl_protocol"] = null,
            ["state"] = ends.IsFrozen ? "flow" : connection.IsBlocked ? "blocked" : "running",
            ["timeout"] = (int)connection.Heartbeat.TotalSeconds,
            ["type"] = "network",
            ["user"] = connection.UserName,
            ["user_provided_name"] = SimFaultApi.GivenName(connection),
            ["user_who_performed_action"] = connection.UserName,
            ["vhost"] = connection.VirtualHost,
        };
    }

    private static JsonObject Channel(InMemoryBroker broker, BrokerConnection connection, ChannelInfo channel) => new()
    {
        ["acks_uncommitted"] = 0,
        ["confirm"] = channel.IsConfirming,
        ["connection_details"] = new JsonObject
        {
            ["name"] = connection.Name,
            ["peer_host"] = broker.Ends(connection).PeerHost,
            ["peer_port"] = broker.Ends(connection).PeerPort,
        },
        ["consumer_count"] = channel.Consumers,
        ["global_prefetch_count"] = channel.GlobalPrefetch,
        ["messages_unacknowledged"] = channel.Unacknowledged,
        ["messages_uncommitted"] = channel.UncommittedMessages,
        ["messages_unconfirmed"] = 0,
        ["name"] = ChannelName(connection, channel),
        ["node"] = Shapes.Node,
        ["number"] = channel.Number,
        ["prefetch_count"] = channel.Prefetch,
        ["state"] = "running",
        ["transactional"] = channel.IsTransactional,
        ["user"] = connection.UserName,
        ["user_who_performed_action"] = connection.UserName,
        ["vhost"] = connection.VirtualHost,
    };

    private static string ChannelName(BrokerConnection connection, ChannelInfo channel) =>
        string.Create(CultureInfo.InvariantCulture, $"{connection.Name} ({channel.Number})");
}
