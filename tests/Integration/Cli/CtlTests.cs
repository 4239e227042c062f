using System.Diagnostics;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Http;
using Amqp.Integration.Examples;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Cli;

/// <summary>scripts/amqp-sim-ctl.py, called as test suites call rabbitmqctl.</summary>
public sealed class CtlTests : IAsyncLifetime
{
    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;
    private ControlPlane _control = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _listener = await _broker.ListenAsync();
        _control = await ControlPlane.StartAsync(_broker);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _control.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_is_found_by_its_port_and_closed_by_its_process()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_listener.Uri);
        var headed = await Ctl("-n", "rabbit@host", "list_connections", "-q", "pid", "peer_port", "client_properties");
        Assert.Equal("pid\tpeer_port\tclient_properties", headed.Split('\n')[0]);
        var row = (await Ctl("list_connections", "-s", "pid", "peer_port", "client_properties")).Trim().Split('\t');
        Assert.Matches("^<rabbit@localhost[.0-9]+>$", row[0]);
        Assert.True(int.Parse(row[1]) > 0);
        Assert.StartsWith("[{\"", row[2], StringComparison.Ordinal);
        await Ctl("close_connection", row[0], "Closed by hand");
        await _broker.WaitUntilAsync(broker =>
            broker.Journal().Any(each => each.Text.Contains("Closed by hand", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, "set_vm_memory_high_watermark", "0.000000001")]
    [InlineData(true, "set_vm_memory_high_watermark", "absolute", "10")]
    [InlineData(true, "eval", "rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []}).")]
    [InlineData(false, "set_vm_memory_high_watermark", "0.4")]
    [InlineData(false, "set_vm_memory_high_watermark", "absolute", "2GB")]
    [InlineData(false, "eval", "rabbit_alarm:clear_alarm({resource_limit, memory, node()}).")]
    public async Task The_memory_alarm_is_raised_by_a_limit_nothing_fits_in(bool expected, params string[] command)
    {
        _broker.Control(core => core.SetMemoryAlarm(!expected));
        await Ctl(command);
        Assert.Equal(expected, _broker.Control(core => core.HasMemoryAlarm));
    }

    [Fact]
    public async Task A_virtual_host_gets_a_user_permissions_and_a_type_of_queues()
    {
        await Ctl("add_vhost", "/test", "--default-queue-type", "quorum");
        await Ctl("add_user", "eve", "secret");
        await Ctl("set_permissions", "-p", "/test", "eve", "configure", "write", ".*");
        Assert.Equal("user\tconfigure\twrite\tread\neve\tconfigure\twrite\t.*",
            (await Ctl("list_permissions", "-p", "/test")).Trim());
        Assert.Equal("vhost\tconfigure\twrite\tread\n/test\tconfigure\twrite\t.*",
            (await Ctl("list_user_permissions", "eve")).Trim());
        Assert.Equal("quorum", _broker.Control(core => core.GetDefaultQueueType("/test")));
    }

    private async Task<string> Ctl(params string[] arguments)
    {
        var script = Path.Combine(ExampleProcess.Root, "scripts", "amqp-sim-ctl.py");
        var start = new ProcessStartInfo("python3", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AMQP_SIM_CONTROL"] = _control.Uri.ToString();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Within();
        await process.WaitForExitAsync().Within();
        Assert.True(process.ExitCode == 0, await errors.Within());
        return output;
    }
}
