using System.Diagnostics;
using Amqp.Engine.Spec;
using Amqp.Integration.Examples;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Cli;

/// <summary>amqp-sim serve, as a process.</summary>
public sealed class ServeTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task It_says_where_it_listens_serves_and_stops_with_zero(string signal)
    {
        using var server = await ServedProcess.StartAsync("--port", "0", "--user", "eve:se:cret");
        Assert.StartsWith("amqp://127.0.0.1:", server.Uri, StringComparison.Ordinal);
        var uri = server.Uri.Replace("//", "//eve:se%3Acret@", StringComparison.Ordinal);
        await using (var connection = await AmqpConnection.ConnectAsync(uri))
        {
            await using var channel = await connection.OpenChannelAsync();
            await channel.DeclareQueueAsync("q");
        }

        var (exitCode, errors) = await server.StopAsync(signal);
        Assert.True(exitCode == 0, errors);
        Assert.Contains("stopping\namqp-sim: stopped", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signals_that_come_while_it_stops_do_no_harm()
    {
        using var server = await ServedProcess.StartAsync("--port", "0");
        server.Signal("TERM", times: 20);
        var (exitCode, errors) = await server.EndAsync();
        Assert.True(exitCode == 0, errors);
        Assert.Contains("stopped", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_takes_definitions_and_a_profile_and_serves_the_control_plane()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(
            file, """{"queues":[{"name":"given","vhost":"/","durable":true,"auto_delete":false,"arguments":{}}]}""");
        try
        {
            using var server = await ServedProcess.StartAsync(
                "--port", "0", "--control-port", "0", "--profile", "rabbitmq-4.0", "--definitions", file);
            await using (var connection = await AmqpConnection.ConnectAsync(server.Uri))
            {
                await using var channel = await connection.OpenChannelAsync();
                Assert.Equal("given", (await channel.DeclareQueuePassiveAsync("given")).Queue);
                Assert.True(connection.ServerProperties.TryGet("version", out var version));
                Assert.Equal("4.0.5", version.AsString());
            }

            using var http = new HttpClient { BaseAddress = server.Control };
            using var wrong = new StringContent("""{"base64":"!"}""");
            var refused = await http.PostAsync("/sim/connections/all/send", wrong).Within();
            Assert.Contains("is not base64", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            var state = await http.GetStringAsync("/sim/state").Within();
            Assert.Contains("\"profile\":\"rabbitmq-4.0\"", state, StringComparison.Ordinal);
            Assert.Equal(0, (await server.StopAsync("TERM")).ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task It_speaks_tls()
    {
        using var server = await ServedProcess.StartAsync("--port", "0", "--tls");
        Assert.StartsWith("amqps://127.0.0.1:", server.Uri, StringComparison.Ordinal);
        var options = AmqpConnectionOptions.Parse(server.Uri);
        await using var connection = await AmqpConnection.ConnectAsync(options with
        {
            Tls = options.Tls! with { RemoteCertificateValidation = (_, _, _, _) => true },
        });
        Assert.True(connection.IsOpen);
        Assert.Equal(0, (await server.StopAsync("TERM")).ExitCode);
    }

    [Fact]
    public async Task It_speaks_tls_on_a_second_port()
    {
        using var server = await ServedProcess.StartAsync("--port", "0", "--tls-port", "0");
        Assert.StartsWith("amqp://127.0.0.1:", server.Uri, StringComparison.Ordinal);
        var options = AmqpConnectionOptions.Parse(server.TlsUri);
        await using var clear = await AmqpConnection.ConnectAsync(server.Uri);
        await using var connection = await AmqpConnection.ConnectAsync(options with
        {
            Tls = options.Tls! with { RemoteCertificateValidation = (_, _, _, _) => true },
        });
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("shared");
        await using var other = await clear.OpenChannelAsync();
        Assert.Equal("shared", (await other.DeclareQueuePassiveAsync("shared")).Queue);
        Assert.Equal(0, (await server.StopAsync("TERM")).ExitCode);
    }

    [Theory]
    [InlineData("--port must be from 0 to 65535", "--port", "70000")]
    [InlineData("'abc'", "--port", "abc")]
    [InlineData("'x'", "--control-port", "x")]
    [InlineData("'1.5'", "--heartbeat", "1.5")]
    [InlineData("--user must be NAME:PASSWORD", "--user", "nobody")]
    [InlineData("--user names eve twice", "--user", "eve:a", "--user", "eve:b")]
    [InlineData("--key needs --cert", "--key", "/dev/null")]
    [InlineData("/dev/null: these are no definitions", "--definitions", "/dev/null")]
    [InlineData("/dev/null: ", "--cert", "/dev/null")]
    [InlineData("rabbitmq-1.0", "--profile", "rabbitmq-1.0")]
    [InlineData("File does not exist", "--definitions", "there-is-no-such-file")]
    public async Task A_wrong_option_is_refused_by_name(string message, params string[] arguments)
    {
        var (exitCode, errors) = await ServedProcess.FailAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_an_error()
    {
        using var server = await ServedProcess.StartAsync("--port", "0");
        var taken = new Uri(server.Uri).Port.ToString();
        var (exitCode, errors) = await ServedProcess.FailAsync("--port", taken);
        Assert.Equal(1, exitCode);
        Assert.Contains($"port {taken}: Address already in use", errors, StringComparison.Ordinal);
        (exitCode, errors) = await ServedProcess.FailAsync("--port", "0", "--control-port", taken);
        Assert.Equal(1, exitCode);
        Assert.Contains($"control port {taken}: ", errors, StringComparison.Ordinal);
        Assert.Equal(0, (await server.StopAsync("TERM")).ExitCode);
    }
}
