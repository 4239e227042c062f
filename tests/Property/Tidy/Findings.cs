using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>Turns a list of offences into one failure that names them all.</summary>
internal static class Findings
{
    /// <summary>Fails with all findings when there are any.</summary>
    public static void None(string rule, IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }
}
