using System.Diagnostics;
using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Property.World;

/// <summary>The planted bugs stay plantable while the code around them changes.</summary>
public class PlantedBugTests
{
    private const int Least = 30;

    [Fact]
    public void Every_planted_bug_still_applies()
    {
        string[] patches = Directory.GetFiles(
            Path.Combine(Repository.Root, "tests", "Property", "PlantedBugs"), "*.patch");
        Assert.True(patches.Length >= Least, $"there are only {patches.Length} planted bugs");
        Findings.None(
            "planted bugs that do not apply; see scripts/planted-bugs.sh",
            from patch in patches.Order()
            let complaint = Check(patch)
            where complaint.Length > 0
            select $"{Path.GetFileName(patch)}: {complaint}");
    }

    private static string Check(string patch)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["apply", "--check", patch])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
        })!;
        string errors = git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? "" : errors.Trim();
    }
}
