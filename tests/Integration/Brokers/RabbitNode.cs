using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amqp.Integration.Support;

namespace Amqp.Integration.Brokers;

/// <summary>
/// A private node of the rabbitmq-server that is installed on this machine: ports, epmd and folder of its own, on the
/// loopback address only, so that a broker of the machine's own is not touched.
/// </summary>
internal sealed partial class RabbitNode : IAsyncDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly string _folder;
    private readonly int _port;
    private readonly int _securePort;
    private readonly int _distributionPort;
    private readonly int _epmdPort;
    private readonly List<Process> _processes = [];

    private RabbitNode(string folder, int[] ports)
    {
        _folder = folder;
        (_port, _distributionPort, _epmdPort, _securePort) = (ports[0], ports[1], ports[2], ports[3]);
    }

    /// <summary>Where it is and how to log in.</summary>
    public string Uri => $"amqp://guest:guest@127.0.0.1:{_port}";

    /// <summary>The same over TLS; it shows a certificate of its own authority, which is checked.</summary>
    public string SecureUri => $"amqps://guest:guest@127.0.0.1:{_securePort}?cacertfile="
        + $"{System.Uri.EscapeDataString(InFolder("ca.pem"))}&server_name_indication=localhost";

    /// <summary>Its rabbitmqctl; null when that is not installed.</summary>
    public BrokerControl? Control => Find("/usr/lib/rabbitmq/bin", "rabbitmqctl") is { } file
        ? new BrokerControl(() => Command(file, "-n", $"amqp-test-{_port}@localhost"))
        : null;

    /// <summary>Starts a node, or says why it did not.</summary>
    public static async Task<(RabbitNode? Node, string Reason)> TryStartAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return (null, "private nodes are started on Unix only");
        }

        if (Find("/usr/lib/rabbitmq/bin", "rabbitmq-server") is not { } server)
        {
            return (null, "there is no rabbitmq-server");
        }

        if (Find("/usr/bin", "epmd") is not { } epmd)
        {
            return (null, "there is no epmd");
        }

        var folder = Directory.CreateTempSubdirectory("amqp-test-node-").FullName;
        var node = new RabbitNode(folder, UnusedPorts(4));
        node.Configure();
        node.Start(epmd, "-address", "127.0.0.1", "-port", $"{node._epmdPort}");
        var broker = node.Start(server);
        var reason = await BrokerProbe.AwaitReadyAsync(node.Uri, StartLimit, () => node.Died(broker));
        if (reason is null)
        {
            return (node, "");
        }

        await node.DisposeAsync();
        return (null, $"the private node of {server}: {reason}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The broker first: it wants to tell epmd that it goes.
        for (var i = _processes.Count - 1; i >= 0; i--)
        {
            using var process = _processes[i];
            await StopAsync(process);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task StopAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        // SIGTERM is what a broker shuts down on; .NET itself can only kill.
        _ = Kill(process.Id, Sigterm);
        try
        {
            using var deadline = Waiting.Deadline(StopLimit);
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private static string? Find(string folder, string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Prepend(folder)
            .Select(each => Path.Combine(each, name))
            .FirstOrDefault(File.Exists);
    }

    private static int[] UnusedPorts(int count)
    {
        // All are held at once, so that they differ, and let go before use: a race, but a narrow one.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, each => each.Start());
        var ports = Array.ConvertAll(listeners, each => ((IPEndPoint)each.LocalEndpoint).Port);
        Array.ForEach(listeners, each => each.Dispose());
        return ports;
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private void Configure()
    {
        using (var authority = new TestAuthority())
        {
            var (certificate, key) = authority.Issue("localhost");
            File.WriteAllText(InFolder("ca.pem"), authority.Pem);
            File.WriteAllText(InFolder("cert.pem"), certificate);
            File.WriteAllText(InFolder("key.pem"), key);
        }

        File.WriteAllText(
            InFolder("rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{_port}
            listeners.ssl.1 = 127.0.0.1:{_securePort}
            ssl_options.cacertfile = {InFolder("ca.pem")}
            ssl_options.certfile = {InFolder("cert.pem")}
            ssl_options.keyfile = {InFolder("key.pem")}
            ssl_options.verify = verify_none
            disk_free_limit.absolute = 50MB

            """);
        File.WriteAllText(Path.Combine(_folder, "plugins"), "[].\n");
        var cookie = Path.Combine(_folder, ".erlang.cookie");
        File.WriteAllText(cookie, RandomNumberGenerator.GetHexString(24));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }
    }

    private ProcessStartInfo Command(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsErlangSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in Settings())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private Process Start(string file, params string[] arguments)
    {
        var process = Process.Start(Command(file, arguments))!;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }

    private static bool IsErlangSetting(string name) =>
        name.StartsWith("RABBITMQ_", StringComparison.Ordinal) || name.StartsWith("ERL_", StringComparison.Ordinal);

    private Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _folder,
        ["LC_ALL"] = "C.UTF-8",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{_epmdPort}",
        ["ERL_AFLAGS"] = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        ["RABBITMQ_NODENAME"] = $"amqp-test-{_port}@localhost",
        ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = _folder,
        ["RABBITMQ_LOGS"] = Path.Combine(_folder, "node.log"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "node.pid"),

        // Makes the start script become the Erlang VM instead of waiting for it: the process is then the broker.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    private string? Died(Process broker)
    {
        if (!broker.HasExited)
        {
            return null;
        }

        var log = Path.Combine(_folder, "node.log");
        var error = File.Exists(log) ? File.ReadLines(log).FirstOrDefault(line => line.Contains("[error]")) : null;
        return $"it ended while starting, with code {broker.ExitCode}. {error}";
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
