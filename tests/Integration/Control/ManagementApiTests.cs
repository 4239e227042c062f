using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Http;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Control;

/// <summary>RabbitMQ's management API, as test suites use it.</summary>
public sealed class ManagementApiTests : IAsyncLifetime
{
    private const string Get = """{"count":1,"ackmode":"ack_requeue_true","encoding":"auto"}""";

    private static readonly AmqpChannelOptions Confirming = new() { PublisherConfirms = true };

    private readonly InMemoryBroker _broker = new();
    private readonly HttpClient _http = new();
    private BrokerTcpListener _listener = null!;
    private ControlPlane _control = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _listener = await _broker.ListenAsync();
        _control = await ControlPlane.StartAsync(_broker);
        _http.BaseAddress = _control.Uri;
        LogIn("guest", "guest");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _control.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_queue_lives_its_life()
    {
        await Call("PUT", "/api/queues/%2F/a%2Fb", """{"durable":true,"arguments":{"x-max-length":2}}""", 201);
        await Call("PUT", "/api/queues/%2F/a%2Fb", """{"durable":true,"arguments":{"x-max-length":2}}""", 204);
        var error = await Call("PUT", "/api/queues/%2F/a%2Fb", """{"durable":false}""", 400);
        Assert.Contains("inequivalent arg 'durable'", error!["reason"]!.ToString(), StringComparison.Ordinal);
        var queue = await Call("GET", "/api/queues/%2F/a%2Fb");
        Assert.Equal("a/b", queue!["name"]!.ToString());
        Assert.Equal(2, queue["arguments"]!["x-max-length"]!.GetValue<int>());
        for (var i = 0; i < 3; i++)
        {
            var message = $$$"""
                {
                  "properties": { "delivery_mode": 2, "headers": { "n": {{{i}}} } },
                  "routing_key": "a/b", "payload": "m{{{i}}}", "payload_encoding": "string"
                }
                """;
            var routed = await Call("POST", "/api/exchanges/%2F/amq.default/publish", message);
            Assert.True(routed!["routed"]!.GetValue<bool>());
        }

        var stays = await Call("POST", "/api/queues/%2F/a%2Fb/get", Get);
        Assert.Equal("m1", stays![0]!["payload"]!.ToString());
        Assert.Equal(1, stays[0]!["properties"]!["headers"]!["n"]!.GetValue<int>());
        var again = await Call("POST", "/api/queues/%2F/a%2Fb/get", Get);
        Assert.False(stays[0]!["redelivered"]!.GetValue<bool>());
        Assert.True(again![0]!["redelivered"]!.GetValue<bool>());
        var taken = await Call("POST", "/api/queues/%2F/a%2Fb/get",
            """{"count":5,"ackmode":"ack_requeue_false","encoding":"base64"}""");
        Assert.Equal(["bTE=", "bTI="], taken!.AsArray().Select(each => each!["payload"]!.ToString()));
        await Call("DELETE", "/api/queues/%2F/a%2Fb/contents", null, 204);
        await Call("DELETE", "/api/queues/%2F/a%2Fb?if-empty=true", null, 204);
        await Call("GET", "/api/queues/%2F/a%2Fb", null, 404);
    }

    [Fact]
    public async Task What_went_in_and_out_of_a_queue_is_counted()
    {
        await Call("PUT", "/api/queues/%2F/counted", "{}", 201);
        Assert.Null((await Call("GET", "/api/queues/%2F/counted"))!["message_stats"]);
        for (var i = 0; i < 3; i++)
        {
            await Call("POST", "/api/exchanges/%2F/amq.default/publish",
                """{"properties":{},"routing_key":"counted","payload":"m","payload_encoding":"string"}""");
        }

        await using var connection = await AmqpConnection.ConnectAsync(_listener.Uri).Within();
        await using var channel = await connection.OpenChannelAsync().Within();
        var first = await channel.GetAsync("counted").Within();
        await channel.NackAsync(first!.Message.DeliveryTag, requeue: true).Within();
        var second = await channel.GetAsync("counted").Within();
        await channel.AckAsync(second!.Message.DeliveryTag).Within();
        await channel.GetAsync("counted", noAck: true).Within();
        await channel.GetAsync("counted", noAck: true).Within();
        await channel.GetAsync("counted", noAck: true).Within();
        var stats = (await Call("GET", "/api/queues/%2F/counted"))!["message_stats"]!;
        string[] counts =
            ["publish", "get", "get_no_ack", "get_empty", "redeliver", "ack", "deliver_get", "deliver"];
        Assert.Equal([3, 2, 2, 1, 1, 1, 4, 0], counts.Select(each => stats[each]!.GetValue<int>()));
        Assert.All(counts, each => Assert.Equal(0, stats[each + "_details"]!["rate"]!.GetValue<double>()));
        await Call("DELETE", "/api/queues/%2F/counted", null, 204);
        var overview = (await Call("GET", "/api/overview"))!["message_stats"]!;
        Assert.Equal(4, overview["deliver_get"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_operator_policy_bounds_what_arguments_and_policies_ask_for()
    {
        await Call("PUT", "/api/queues/%2F/bounded", """{"arguments":{"x-max-length":5}}""", 201);
        await Call("PUT", "/api/policies/%2F/p", """
            {"pattern":"bounded","definition":{"max-length":4,"dead-letter-exchange":"amq.fanout"}}
            """, 201);
        var operators = """{"pattern":".*","definition":{"max-length":2,"expires":60000}}""";
        await Call("PUT", "/api/operator-policies/%2F/o", operators, 201);
        await Call("PUT", "/api/operator-policies/%2F/o", operators, 204);
        var queue = await Call("GET", "/api/queues/%2F/bounded");
        Assert.Equal("p", queue!["policy"]!.ToString());
        Assert.Equal("o", queue["operator_policy"]!.ToString());
        var definition = queue["effective_policy_definition"]!;
        Assert.Equal(60000, definition["expires"]!.GetValue<int>());
        Assert.Equal(2, definition["max-length"]!.GetValue<int>());
        Assert.Equal("amq.fanout", definition["dead-letter-exchange"]!.ToString());
        _broker.Control(core =>
        {
            for (byte i = 0; i < 6; i++)
            {
                core.Publish("/", "", "bounded", Amqp.Engine.Spec.BasicProperties.Empty, [i]);
            }

            return true;
        });
        Assert.Equal(2, _broker.Queue("bounded").Ready);
        var listed = await Call("GET", "/api/operator-policies");
        Assert.Equal("queues", Assert.Single(listed!.AsArray())!["apply-to"]!.ToString());
        var refused = await Call(
            "PUT", "/api/operator-policies/%2F/x", """{"pattern":".*","definition":{"queue-mode":"lazy"}}""", 400);
        Assert.Contains("not recognised policy settings", refused!["reason"]!.ToString(), StringComparison.Ordinal);
        await Call("DELETE", "/api/operator-policies/%2F/o", null, 204);
        await Call("GET", "/api/operator-policies/%2F/o", null, 404);
        Assert.Null((await Call("GET", "/api/queues/%2F/bounded"))!["operator_policy"]);
    }

    [Fact]
    public async Task Exchanges_and_bindings_are_made_listed_and_deleted()
    {
        await Call("PUT", "/api/exchanges/%2F/x", """{"type":"topic","durable":true}""", 201);
        await Call("PUT", "/api/queues/%2F/q", "{}", 201);
        await Call("POST", "/api/bindings/%2F/e/x/q/q", """{"routing_key":"a.#","arguments":{}}""", 201);
        var bindings = await Call("GET", "/api/bindings/%2F/e/x/q/q");
        Assert.Equal("a.%23", bindings![0]!["properties_key"]!.ToString());
        await Call("POST", "/api/bindings/%2F/e/x/q/none", """{"routing_key":"a"}""", 404);
        await Call("DELETE", "/api/exchanges/%2F/x?if-unused=true", null, 400);
        await Call("DELETE", "/api/bindings/%2F/e/x/q/q/a.%23", null, 204);
        Assert.Empty((await Call("GET", "/api/exchanges/%2F/x/bindings/source"))!.AsArray());
        await Call("DELETE", "/api/exchanges/%2F/x", null, 204);
        await Call("DELETE", "/api/exchanges/%2F/amq.direct", null, 401);
    }

    [Theory]
    [InlineData("queues")]
    [InlineData("exchanges")]
    public async Task Reserved_names_are_refused_and_what_is_made_is_transient_unless_it_says_so(string what)
    {
        var refusal = await Call("PUT", $"/api/{what}/%2F/amq.mine", "{}", 401);
        Assert.Equal("not_authorised", refusal!["error"]!.ToString());
        await Call("PUT", $"/api/{what}/%2F/mine", "{}", 201);
        Assert.False((await Call("GET", $"/api/{what}/%2F/mine"))!["durable"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_single_active_consumer_of_a_queue_is_shown_and_what_it_holds()
    {
        await Call("PUT", "/api/queues/%2F/single", """{"arguments":{"x-single-active-consumer":true}}""", 201);
        await using var connection = await AmqpConnection.ConnectAsync(AmqpConnectionOptions.Parse(_listener.Uri));
        await using var channel = await connection.OpenChannelAsync();
        Assert.Null((await Call("GET", "/api/queues/%2F/single"))!["single_active_consumer_tag"]);
        await channel.PublishAsync("", "single", "12345"u8.ToArray());
        var first = channel.ConsumeAsync("single", new ConsumeOptions { ConsumerTag = "first" }).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync().AsTask().Within());
        var shown = await Call("GET", "/api/queues/%2F/single");
        Assert.Equal("first", shown!["single_active_consumer_tag"]!.ToString());
        Assert.Equal(5, shown["message_bytes_unacknowledged"]!.GetValue<long>());
        Assert.Equal(0, shown["message_bytes_ready"]!.GetValue<long>());
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_is_found_by_its_name_and_closed()
    {
        await using var connection = await AmqpConnection.ConnectAsync(
            AmqpConnectionOptions.Parse(_listener.Uri) with { ConnectionName = "the one" });
        await using var channel = await connection.OpenChannelAsync();
        var shown = (await Call("GET", "/api/connections"))!.AsArray().Single();
        Assert.Equal("the one", shown!["user_provided_name"]!.ToString());
        Assert.Equal("guest", shown["user"]!.ToString());
        Assert.Equal(1, shown["channels"]!.GetValue<int>());
        var name = Uri.EscapeDataString(shown["name"]!.ToString());
        Assert.Single((await Call("GET", $"/api/connections/{name}/channels"))!.AsArray());
        await Call("DELETE", $"/api/connections/{name}", null, 204);
        await connection.Completion.Within();
        Assert.Contains(
            "Closed via management plugin",
            Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason).Text,
            StringComparison.Ordinal);
        await Call("DELETE", $"/api/connections/{name}", null, 404);
    }

    [Fact]
    public async Task Users_and_permissions_decide_who_may_connect()
    {
        await Call("PUT", "/api/users/eve", """{"password":"pw","tags":""}""", 201);
        var uri = $"amqp://eve:pw@127.0.0.1:{_listener.Port}";
        await Assert.ThrowsAsync<AmqpVirtualHostException>(() => AmqpConnection.ConnectAsync(uri).Within());
        await Call("PUT", "/api/permissions/%2F/eve", """{"configure":"^eve-","write":".*","read":".*"}""", 201);
        await using (var connection = await AmqpConnection.ConnectAsync(uri))
        {
            await using var channel = await connection.OpenChannelAsync();
            await Assert.ThrowsAsync<AmqpChannelClosedException>(() => channel.DeclareQueueAsync("other").Within());
        }

        await Call("PUT", "/api/permissions/%2F/nobody", """{"configure":"","write":"","read":""}""", 400);
        LogIn("eve", "pw");
        await Call("GET", "/api/whoami", null, 401);
        LogIn("guest", "wrong");
        await Call("GET", "/api/whoami", null, 401);
        LogIn("guest", "guest");
        await Call("DELETE", "/api/users/eve", null, 204);
        await Call("DELETE", "/api/users/eve", null, 404);
    }

    [Fact]
    public async Task A_policy_holds_at_once_and_an_unknown_setting_is_refused()
    {
        await Call("PUT", "/api/queues/%2F/bounded", "{}", 201);
        await Call("PUT", "/api/policies/%2F/p", """{"pattern":"^bounded$","definition":{"max-length":1}}""", 201);
        Assert.Equal("p", _broker.Queue("bounded").Info.Policy);
        var error = await Call("PUT", "/api/policies/%2F/p", """{"pattern":"x","definition":{"max-lenth":1}}""", 400);
        Assert.Contains("not recognised policy settings", error!["reason"]!.ToString(), StringComparison.Ordinal);
        await Call("DELETE", "/api/policies/%2F/p", null, 204);
        Assert.Null(_broker.Queue("bounded").Info.Policy);
    }

    [Fact]
    public async Task What_is_exported_makes_the_same_broker_when_it_is_imported()
    {
        await Call("PUT", "/api/vhosts/v", """{"default_queue_type":"quorum"}""", 201);
        Assert.Equal("quorum", (await Call("GET", "/api/vhosts/v"))!["default_queue_type"]!.ToString());
        await Call("PUT", "/api/users/eve", """{"password":"pw","tags":["monitoring"]}""", 201);
        await Call("PUT", "/api/permissions/v/eve", """{"configure":".*","write":".*","read":".*"}""", 201);
        await Call("PUT", "/api/queues/v/q", """{"durable":true,"arguments":{"x-message-ttl":5}}""", 201);
        await Call("PUT", "/api/queues/v/transient", """{"durable":false}""", 201);
        await Call("PUT", "/api/user-limits/eve/max-channels", """{"value":2}""", 204);
        await Call("PUT", "/api/vhost-limits/v/max-queues", """{"value":7}""", 204);
        await Call("PUT", "/api/exchanges/v/x", """{"type":"headers"}""", 201);
        await Call("POST", "/api/bindings/v/e/x/q/q", """{"arguments":{"x-match":"any","k":1}}""", 201);
        await Call("PUT", "/api/policies/v/p", """{"pattern":".*","definition":{"max-length":5},"priority":3}""", 201);
        var exported = (await Call("GET", "/api/definitions"))!.ToJsonString();
        Assert.Contains("transient", exported, StringComparison.Ordinal);
        Assert.Contains("vhost-limits", exported, StringComparison.Ordinal);
        Assert.DoesNotContain("\"pw\"", exported, StringComparison.Ordinal);

        await using var other = new InMemoryBroker();
        other.Import(Amqp.FakeBroker.Definitions.BrokerDefinitions.Parse(exported));
        Assert.Equal(_broker.Export().ToJson(), other.Export().ToJson());
        Assert.NotNull(other.Control(core => core.Authenticate("eve", "pw")));
        Assert.Null(other.Control(core => core.Authenticate("eve", "no")));
        await Call("POST", "/api/definitions", """{"queues":[{"name":"q","vhost":"none"}]}""", 400);
        await Call("POST", "/api/definitions", """{"queues":[{"durable":true}]}""", 400);
    }

    [Theory]
    [InlineData("GET", "/api/overview")]
    [InlineData("GET", "/api/nodes")]
    [InlineData("GET", "/api/vhosts")]
    [InlineData("GET", "/api/channels")]
    [InlineData("GET", "/api/consumers")]
    [InlineData("GET", "/api/permissions")]
    [InlineData("GET", "/api/health/checks/alarms")]
    [InlineData("GET", "/api/health/checks/protocol-listener/amqp")]
    [InlineData("GET", "/api/aliveness-test/%2F")]
    public async Task It_is_there(string method, string path) => Assert.NotNull(await Call(method, path));

    [Theory]
    [InlineData("GET", "/api/nothing", null, 404)]
    [InlineData("POST", "/api/overview", null, 405)]
    [InlineData("GET", "/api/queues/none", null, 404)]
    [InlineData("PUT", "/api/queues/%2F/q", "[1]", 400)]
    [InlineData("PUT", "/api/queues/%2F/q", "{", 400)]
    [InlineData("PUT", "/api/queues/%2F/q", """{"durable":7}""", 400)]
    [InlineData("PUT", "/api/queues/%2F/q", """{"arguments":{"x-max-length":"many"}}""", 400)]
    [InlineData("PUT", "/api/exchanges/%2F/x", """{"type":"strange"}""", 400)]
    [InlineData("PUT", "/api/vhosts/w", """{"default_queue_type":"strange"}""", 400)]
    [InlineData("POST", "/api/queues/%2F/none/get", Get, 404)]
    [InlineData("POST", "/api/exchanges/%2F/amq.default/publish", """{"payload":"x"}""", 400)]
    [InlineData("GET", "/api/queues?page=0", null, 400)]
    [InlineData("GET", "/api/queues?name=(&use_regex=true&page=1", null, 400)]
    [InlineData("PUT", "/api/users/eve", """{"password_hash":"xx","tags":""}""", 400)]
    [InlineData("PUT", "/api/user-limits/guest/max-dreams", """{"value":1}""", 400)]
    public async Task A_wrong_request_gets_a_status_and_a_reason(string method, string path, string? body, int status)
    {
        var error = await Call(method, path, body, status);
        Assert.NotEmpty(error!["reason"]!.ToString());
        Assert.NotEmpty(error["error"]!.ToString());
    }

    [Fact]
    public async Task Requests_and_publishes_at_once_do_not_disturb_each_other()
    {
        await Call("PUT", "/api/queues/%2F/busy", "{}", 201);
        await using var connection = await AmqpConnection.ConnectAsync(_listener.Uri);
        await using var channel = await connection.OpenChannelAsync(Confirming);
        var publishing = Enumerable.Range(0, 500)
            .Select(i => channel.PublishAsync("", "busy", BitConverter.GetBytes(i)).AsTask());
        var asking = Enumerable.Range(0, 100).Select(i => i % 4 == 0
            ? Call("PUT", $"/api/queues/%2F/other{i}", "{}", 201)
            : Call("GET", "/api/queues"));
        await Task.WhenAll(publishing.Concat(asking)).Within();
        Assert.Equal(500, (await Call("GET", "/api/queues/%2F/busy"))!["messages"]!.GetValue<int>());
    }

    private void LogIn(string user, string password) => _http.DefaultRequestHeaders.Authorization =
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<JsonNode?> Call(string method, string path, string? body = null, int status = 200)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await _http.SendAsync(request).Within();
        var text = await answer.Content.ReadAsStringAsync().Within();
        Assert.True(answer.StatusCode == (HttpStatusCode)status, $"{method} {path}: {answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
