using System.ComponentModel;
using System.Diagnostics;

namespace Amqp.Compare.Orchestration;

/// <summary>A preloaded library that counts socket calls; built with gcc from the embedded source, in a temporary
/// folder.</summary>
internal sealed class SystemCallShim : IDisposable
{
    private readonly DirectoryInfo _folder;

    private SystemCallShim(DirectoryInfo folder) => _folder = folder;

    private string Library => Path.Combine(_folder.FullName, "syscalls.so");

    /// <summary>The file it counts into.</summary>
    public string Counters => Path.Combine(_folder.FullName, "counters");

    /// <summary>What a client process needs in its environment.</summary>
    public (string Name, string Value)[] Environment => [("LD_PRELOAD", Library), ("AMQP_COMPARE_COUNTERS", Counters)];

    /// <summary>Builds it; null, with the reason, where that cannot be done.</summary>
    public static async Task<(SystemCallShim? Shim, string Reason)> TryBuildAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (null, "not on Linux");
        }

        var shim = new SystemCallShim(Directory.CreateTempSubdirectory("amqp-compare-"));
        var source = Path.Combine(shim._folder.FullName, "syscalls.c");
        await using (var resource = typeof(SystemCallShim).Assembly.GetManifestResourceStream("syscalls.c")!)
        await using (var file = File.Create(source))
        {
            await resource.CopyToAsync(file);
        }

        try
        {
            using var gcc = Process.Start(new ProcessStartInfo(
                "gcc", ["-O2", "-shared", "-fPIC", "-o", shim.Library, source, "-ldl"]));
            await gcc!.WaitForExitAsync();
            if (gcc.ExitCode == 0)
            {
                return (shim, "");
            }

            shim.Dispose();
            return (null, $"gcc failed with exit code {gcc.ExitCode}");
        }
        catch (Win32Exception)
        {
            shim.Dispose();
            return (null, "gcc is missing");
        }
    }

    /// <summary>Sets the counters to nothing.</summary>
    public void Reset() => File.WriteAllBytes(Counters, new byte[4096]);

    /// <summary>Removes the folder.</summary>
    public void Dispose() => _folder.Delete(recursive: true);
}
