using System.Diagnostics;
using Amqp.Integration.Support;

namespace Amqp.Integration.Brokers;

/// <summary>Runs rabbitmqctl for a real broker.</summary>
public sealed class BrokerControl
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly Func<ProcessStartInfo> _start;

    internal BrokerControl(Func<ProcessStartInfo> start)
    {
        _start = start;
    }

    /// <summary>The command that AMQP_TEST_CTL names, words separated by blanks; null when it is not set.</summary>
    internal static BrokerControl? FromEnvironment()
    {
        var words = (Environment.GetEnvironmentVariable("AMQP_TEST_CTL") ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : new BrokerControl(() => new ProcessStartInfo(words[0], words[1..]));
    }

    /// <summary>Runs one command.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says how.</exception>
    public async Task RunAsync(IReadOnlyList<string> arguments)
    {
        var start = _start();
        foreach (var each in arguments)
        {
            start.ArgumentList.Add(each);
        }

        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Within(Limit);
        var said = await output + await errors;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"rabbitmqctl {string.Join(' ', arguments)}: exit code {process.ExitCode}: {said}");
        }
    }
}
