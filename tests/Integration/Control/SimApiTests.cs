using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Http;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Control;

/// <summary>/sim: faults, time and the journal over HTTP, for testers in any language.</summary>
public sealed class SimApiTests : IAsyncLifetime
{
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
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _control.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"kind":"fin"}""")]
    [InlineData("""{"kind":"reset","after_ms":1}""")]
    [InlineData("""{"kind":"reset","after_bytes":30,"direction":"to-broker"}""")]
    [InlineData("""{"kind":"fin","place":"in the body of the first basic.publish"}""")]
    public async Task A_connection_is_cut_by_its_name(string cut)
    {
        await using var connection = await AmqpConnection.ConnectAsync(
            AmqpConnectionOptions.Parse(_listener.Uri) with { ConnectionName = "victim" });
        await using var other = await AmqpConnection.ConnectAsync(_listener.Uri);
        await using var channel = await connection.OpenChannelAsync();
        await Call("POST", "/sim/connections/victim/cut", cut, 204);
        try
        {
            await channel.PublishAsync("", "q", new byte[200]);
        }
        catch (AmqpException)
        {
            // The cut may come before the publish.
        }

        await connection.Completion.Within();
        Assert.True(other.IsOpen);
        var journal = (await Call("GET", "/sim/journal"))!.AsArray();
        Assert.Contains(journal, entry => entry!["kind"]!.ToString() == "fault");
    }

    [Fact]
    public async Task Confirms_stop_and_go_on_and_publishes_are_nacked()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_listener.Uri);
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await Call("PUT", "/sim/confirms", """{"mode":"stop"}""", 204);
        var publish = channel.PublishAsync("", "q", default).AsTask();
        await _broker.WaitForPublishedAsync(1);
        Assert.False(publish.IsCompleted);
        await Call("PUT", "/sim/confirms", """{"mode":"normal"}""", 204);
        await publish.Within();
        await Call("POST", "/sim/nack", """{"count":1}""", 204);
        await Assert.ThrowsAsync<PublishNackedException>(() => channel.PublishAsync("", "q", default).Within());
        var published = (await Call("GET", "/sim/published?unroutable=true"))!.AsArray();
        Assert.Equal(2, published.Count);
        Assert.Equal("q", published[0]!["routing_key"]!.ToString());
        await Call("DELETE", "/sim/journal", null, 204);
        Assert.Empty((await Call("GET", "/sim/published"))!.AsArray());
    }

    [Fact]
    public async Task Alarms_restart_and_time_are_in_reach()
    {
        await Call("PUT", "/sim/alarms/memory", """{"on":true}""", 204);
        Assert.True((await Call("GET", "/sim/state"))!["memory_alarm"]!.GetValue<bool>());
        await Call("PUT", "/sim/alarms/memory", """{"on":false}""", 204);
        await using var connection = await AmqpConnection.ConnectAsync(_listener.Uri);
        await Call("POST", "/sim/restart", """{"downtime_ms":3600000}""", 204);
        await connection.Completion.Within();
        Assert.True((await Call("GET", "/sim/state"))!["down"]!.GetValue<bool>());
        var time = await Call("POST", "/sim/time/advance", """{"ms":3600000}""");
        Assert.InRange(time!["uptime_ms"]!.GetValue<long>(), 3_600_000, 3_700_000);
        await using var again = await AmqpConnection.ConnectAsync(_listener.Uri);
        await Call("POST", "/sim/time/stop");
        Assert.True((await Call("GET", "/sim/time"))!["stopped"]!.GetValue<bool>());
        await Call("POST", "/sim/time/resume");
        Assert.False(_broker.IsTimeStopped);
    }

    [Fact]
    public async Task The_index_lists_every_route()
    {
        var routes = (await Call("GET", "/sim"))!["routes"]!.AsArray().Select(each => each!.ToString()).ToList();
        Assert.Contains("POST /sim/connections/{connection}/cut", routes);
        Assert.Contains("GET /api/overview", routes);
    }

    [Theory]
    [InlineData("POST", "/sim/connections/none/close", null, 404)]
    [InlineData("POST", "/sim/connections/all/cut", """{"kind":"gently"}""", 400)]
    [InlineData("POST", "/sim/connections/all/cut", """{"place":"somewhere"}""", 400)]
    [InlineData("POST", "/sim/connections/all/cut", """{"after_ms":1,"after_bytes":1}""", 400)]
    [InlineData("POST", "/sim/connections/all/cut", """{"after_bytes":-1}""", 400)]
    [InlineData("POST", "/sim/connections/all/send", """{"hex":"xyz"}""", 400)]
    [InlineData("PUT", "/sim/confirms", """{"mode":"slow"}""", 400)]
    [InlineData("PUT", "/sim/confirms", "{}", 400)]
    [InlineData("POST", "/sim/nack", """{"cuont":3}""", 400)]
    [InlineData("POST", "/sim/connections/all/send", """{"base64":"!"}""", 400)]
    [InlineData("PATCH", "/sim/settings", """{"consumer_timeout_ms":0}""", 400)]
    [InlineData("GET", "/sim/published?unroutable=maybe", null, 400)]
    [InlineData("GET", "/sim/state?verbose=1", null, 400)]
    [InlineData("POST", "/sim/nack", """{"count":-1}""", 400)]
    [InlineData("POST", "/sim/time/advance", """{"ms":-1}""", 400)]
    [InlineData("DELETE", "/sim/queues/%2F/none", null, 404)]
    [InlineData("PATCH", "/sim/settings", """{"max_message_size":-1}""", 400)]
    [InlineData("GET", "/sim/journal?after=x", null, 400)]
    [InlineData("GET", "/sim/restart", null, 405)]
    public async Task A_wrong_request_gets_a_status_and_a_reason(string method, string path, string? body, int status)
    {
        var error = await Call(method, path, body, status);
        Assert.NotEmpty(error!["reason"]!.ToString());
    }

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
