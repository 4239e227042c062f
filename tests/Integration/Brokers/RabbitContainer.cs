using System.ComponentModel;
using System.Diagnostics;
using Amqp.Integration.Support;
using DotNet.Testcontainers.Builders;
using Testcontainers.RabbitMq;

namespace Amqp.Integration.Brokers;

/// <summary>RabbitMQ in a container: the image AMQP_TEST_IMAGE names, rabbitmq:4 when it names none.</summary>
internal sealed class RabbitContainer : IAsyncDisposable
{
    private const ushort AmqpPort = 5672;

    /// <summary>The Docker API that Testcontainers asks for unless told otherwise.</summary>
    private static readonly Version DefaultApi = new(1, 44);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan PullLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly RabbitMqContainer _container;

    private RabbitContainer(RabbitMqContainer container, string image)
    {
        _container = container;
        Image = image;
    }

    /// <summary>The image's name.</summary>
    public string Image { get; }

    /// <summary>Where it is and how to log in.</summary>
    public string Uri => $"amqp://guest:guest@{_container.Hostname}:{_container.GetMappedPublicPort(AmqpPort)}";

    /// <summary>Starts a container, or says why it did not.</summary>
    public static async Task<(RabbitContainer? Container, string Reason)> TryStartAsync()
    {
        var named = Environment.GetEnvironmentVariable("AMQP_TEST_IMAGE");
        var image = string.IsNullOrEmpty(named) ? "rabbitmq:4" : named;
        var engine = await DockerAsync(ProbeLimit, "version", "--format", "{{.Server.APIVersion}}");
        if (!engine.Ok)
        {
            return (null, $"no engine answers ({engine.Text})");
        }

        var known = await DockerAsync(ProbeLimit, "image", "inspect", "--format", "{{.Id}}", image);
        if (!known.Ok)
        {
            var pulled = await DockerAsync(PullLimit, "pull", "--quiet", image);
            if (!pulled.Ok)
            {
                return (null, $"the engine has no image {image} and cannot pull it ({pulled.Text})");
            }
        }

        return await StartAsync(image, engine.Text);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _container.DisposeAsync();

    private static async Task<(RabbitContainer?, string)> StartAsync(string image, string engineApi)
    {
        AdaptTestcontainers(engineApi);
        RabbitMqContainer? container = null;
        try
        {
            // The default wait is for a line of the official image's log; this one holds for any image.
            container = new RabbitMqBuilder(image)
                .WithUsername("guest")
                .WithPassword("guest")
                .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted(
                    "rabbitmq-diagnostics", "-q", "check_port_connectivity"))
                .Build();
            using var deadline = Waiting.Deadline(StartLimit);
            await container.StartAsync(deadline.Token);
            var started = new RabbitContainer(container, image);
            var reason = await BrokerProbe.AwaitReadyAsync(started.Uri, StartLimit, () => null);
            if (reason is null)
            {
                return (started, "");
            }

            await container.DisposeAsync();
            return (null, $"the container of {image}: {reason}");
        }
        catch (Exception error)
        {
            // Whatever Docker or Testcontainers object to: this way to a broker is closed, and the next one is tried.
            if (container is not null)
            {
                await container.DisposeAsync();
            }

            return (null, $"the container of {image} did not start: {error.Message}");
        }
    }

    /// <summary>Settings that Testcontainers reads when it is first used.</summary>
    private static void AdaptTestcontainers(string engineApi)
    {
        // An older engine refuses to be asked for a newer API than its own.
        if (Version.TryParse(engineApi, out var api) && api < DefaultApi)
        {
            SetUnlessSet("DOCKER_API_VERSION", engineApi);
        }

        // The reaper is an image of its own, which cannot be had where no registry can be reached.
        SetUnlessSet("TESTCONTAINERS_RYUK_DISABLED", "true");

        // Where the tests themselves look as if they ran in a container, the bridge's address would be taken.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DOCKER_HOST")))
        {
            SetUnlessSet("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1");
        }
    }

    private static void SetUnlessSet(string name, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    private static async Task<(bool Ok, string Text)> DockerAsync(TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            using var deadline = Waiting.Deadline(limit);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
                var errors = process.StandardError.ReadToEndAsync(deadline.Token);
                await process.WaitForExitAsync(deadline.Token);
                var text = (await output).Trim();
                return process.ExitCode == 0 ? (true, text) : (false, LastLine(await errors));
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (false, $"`docker {arguments[0]}` did not end within {limit.TotalSeconds} s");
            }
        }
        catch (Win32Exception)
        {
            return (false, "there is no docker command");
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
