using System.Runtime.InteropServices;

namespace Amqp.Compare.Orchestration;

/// <summary>What the figures were measured on.</summary>
internal sealed record MachineFacts(int Cores, string Kernel, string Runtime, string Processor)
{
    /// <summary>Of this machine.</summary>
    public static MachineFacts Here() => new(
        Environment.ProcessorCount, ReadKernel(), RuntimeInformation.FrameworkDescription, ReadProcessor());

    /// <inheritdoc/>
    public override string ToString() => $"{Cores} cores ({Processor}), {Kernel}, {Runtime}";

    private static string ReadKernel()
    {
        const string path = "/proc/sys/kernel/osrelease";
        return File.Exists(path) ? "Linux " + File.ReadAllText(path).Trim() : RuntimeInformation.OSDescription;
    }

    private static string ReadProcessor()
    {
        const string path = "/proc/cpuinfo";
        var line = File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
