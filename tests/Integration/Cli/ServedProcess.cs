using System.Diagnostics;
using Amqp.Integration.Examples;
using Amqp.Integration.Support;

namespace Amqp.Integration.Cli;

/// <summary>A running amqp-sim serve.</summary>
internal sealed class ServedProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ServedProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it listens, without a login.</summary>
    public string Uri { get; private set; } = "";

    /// <summary>Where it listens for TLS beside that; empty when it does not.</summary>
    public string TlsUri { get; private set; } = "";

    /// <summary>Where its control plane is.</summary>
    public Uri? Control { get; private set; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<ServedProcess> StartAsync(params string[] arguments)
    {
        var served = new ServedProcess(Run(arguments));
        while (served.Uri.Length == 0)
        {
            var line = await served._process.StandardOutput.ReadLineAsync().Within();
            if (line is null)
            {
                throw new InvalidOperationException("amqp-sim ended: " + await served._errors.Within());
            }

            if (line.StartsWith("listening on amqps:", StringComparison.Ordinal) && arguments.Contains("--tls-port"))
            {
                served.TlsUri = line["listening on ".Length..];
            }
            else if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                served.Uri = line["listening on ".Length..];
            }
            else if (line.StartsWith("control on ", StringComparison.Ordinal))
            {
                served.Control = new Uri(line["control on ".Length..]);
            }
        }

        return served;
    }

    /// <summary>Runs it with arguments that it must refuse.</summary>
    public static async Task<(int ExitCode, string Errors)> FailAsync(params string[] arguments)
    {
        using var served = new ServedProcess(Run(arguments));
        await served._process.StandardOutput.ReadToEndAsync().Within();
        await served._process.WaitForExitAsync().Within();
        return (served._process.ExitCode, await served._errors.Within());
    }

    /// <summary>Sends it a signal and waits for its end.</summary>
    public Task<(int ExitCode, string Errors)> StopAsync(string signal)
    {
        Signal(signal);
        return EndAsync();
    }

    /// <summary>Sends it a signal, one after the other until it has ended.</summary>
    public void Signal(string signal, int times = 1)
    {
        for (var i = 0; i < times && !_process.HasExited; i++)
        {
            using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString()]);
            kill.WaitForExit((int)Waiting.Limit.TotalMilliseconds);
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().Within();
        return (_process.ExitCode, await _errors.Within());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process Run(string[] arguments)
    {
        // Tests and tool are built in one configuration: bin/CONFIGURATION/FRAMEWORK/.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(
            ExampleProcess.Root, "src", "Amqp.Sim.Cli", "bin", own.Parent!.Name, own.Name, "amqp-sim.dll");

        // Where the tests run in the background of a shell, SIGINT is ignored, and children inherit that.
        string[] prefix = ["--default-signal=INT", "dotnet", program, "serve"];
        return Process.Start(new ProcessStartInfo("env", [.. prefix, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
