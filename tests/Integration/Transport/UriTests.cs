using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>URIs by RabbitMQ's rules, and what is said about bad ones.</summary>
public sealed class UriTests
{
    [Theory]
    [InlineData("amqp://", "localhost", 5672, "guest", "guest", "/")]
    [InlineData("amqp://host", "host", 5672, "guest", "guest", "/")]
    [InlineData("amqp://host/", "host", 5672, "guest", "guest", "")]
    [InlineData("amqp://host/%2f", "host", 5672, "guest", "guest", "/")]
    [InlineData("amqp://user:pass@host:10000/vhost", "host", 10000, "user", "pass", "vhost")]
    [InlineData("amqp://user%61:%61pass@ho%61st:10000/v%2fhost", "hoast", 10000, "usera", "apass", "v/host")]
    [InlineData("amqp://user@host", "host", 5672, "user", "guest", "/")]
    [InlineData("amqp://:@host", "host", 5672, "", "", "/")]
    [InlineData("amqp://[::1]:5673", "::1", 5673, "guest", "guest", "/")]
    [InlineData("AMQPS://host", "host", 5671, "guest", "guest", "/")]
    public void A_uri_is_read_as_RabbitMQ_specifies(
        string uri, string host, int port, string user, string password, string virtualHost)
    {
        var options = AmqpConnectionOptions.Parse(uri);
        var endpoint = Assert.Single(options.Endpoints);
        Assert.Equal((host, port), (endpoint.Host, endpoint.Port));
        Assert.Equal((user, password, virtualHost), (options.UserName, options.Password, options.VirtualHost));
        Assert.Equal(uri.StartsWith("AMQPS", StringComparison.Ordinal), options.Tls is not null);
    }

    [Theory]
    [InlineData("http://host", "scheme")]
    [InlineData("amqp://host:0", "port")]
    [InlineData("amqp://host:x", "port")]
    [InlineData("amqp://host/a/b", "virtual host")]
    [InlineData("amqp://host/%2", "virtual host")]
    [InlineData("amqp://user:%zz@host", "password")]
    [InlineData("amqp://[::1", "IPv6")]
    [InlineData("amqp://[]:5672", "IPv6")]
    [InlineData("amqp://[10.0.0.1]", "IPv6")]
    [InlineData("amqp://host?auth_mechanism=kerberos", "auth_mechanism")]
    [InlineData("amqp://host?heartbeat=x", "heartbeat")]
    [InlineData("amqp://host?frame_max=100", "frame_max")]
    [InlineData("amqp://host?colour=red", "colour")]
    [InlineData("amqp://host?verify=verify_none", "verify")]
    [InlineData("amqps://host?certfile=a.pem", "keyfile")]
    [InlineData("amqp://host?heartbeat=1&heartbeat=2", "heartbeat")]
    public void A_bad_uri_is_refused_and_the_part_is_named(string uri, string part)
    {
        var error = Assert.Throws<FormatException>(() => AmqpConnectionOptions.Parse(uri));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://user:pa?hush@host")]
    [InlineData("amqp://user:pa?hush=1@host/vhost")]
    [InlineData("amqp://user:pa#hush@host")]
    [InlineData("amqp://user:pa/hush/x@host")]
    public void What_may_be_a_piece_of_a_password_is_in_no_error_text(string uri)
    {
        var error = Assert.Throws<FormatException>(() => AmqpConnectionOptions.Parse(uri));
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Query_parameters_are_applied()
    {
        var options = AmqpConnectionOptions.Parse(
            "amqps://host?auth_mechanism=PLAIN&heartbeat=7&connection_timeout=1500&channel_max=9"
            + "&server_name_indication=name");
        Assert.Equal(TimeSpan.FromSeconds(7), options.Heartbeat);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), options.ConnectTimeout);
        Assert.Equal(9, options.ChannelMax);
        Assert.Equal("name", options.Tls!.ServerName);
        Assert.Null(options.Tls.RemoteCertificateValidation);
    }

    [Fact]
    public void The_password_is_in_no_text()
    {
        var options = AmqpConnectionOptions.Parse("amqp://user:secret@host");
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }
}
