using Amqp.Engine.Session;
using Amqp.Tools.StateDiagrams;

// Draws docs/states/*.md from the engine's tables. With --check nothing is written, and the exit code is 1 when a file
// on
// disk is not what the tables say. The folder may be given as an argument; otherwise it is looked for upwards.
bool check = args.Contains("--check");
string? folder = args.FirstOrDefault(arg => !arg.StartsWith("--", StringComparison.Ordinal)) ?? FindFolder();
if (folder is null)
{
    Console.Error.WriteLine("No Amqp.Sim.sln in this folder or above it: give the path of docs/states.");
    return 2;
}

(string Name, string Text)[] files =
[
    ("connection.md", DiagramWriter.Write(
        "The states of a connection",
        "ConnectionStates",
        ConnectionStates.Rows,
        ConnectionState.Idle,
        ConnectionState.Closed)),
    ("channel.md", DiagramWriter.Write(
        "The states of a channel",
        "ChannelStates",
        ChannelStates.Rows,
        ChannelState.Closed,
        ChannelState.Closed)),
];

int differences = 0;
foreach ((string name, string text) in files)
{
    string path = Path.Combine(folder, name);
    bool same = File.Exists(path) && File.ReadAllText(path) == text;
    if (check && !same)
    {
        Console.Error.WriteLine($"{path} differs from the engine's table: run tools/StateDiagrams.");
        differences++;
    }
    else if (!same)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, text);
        Console.WriteLine($"wrote {path}");
    }
}

return differences == 0 ? 0 : 1;

static string? FindFolder()
{
    for (DirectoryInfo? at = new(Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
    {
        if (File.Exists(Path.Combine(at.FullName, "Amqp.Sim.sln")))
        {
            return Path.Combine(at.FullName, "docs", "states");
        }
    }

    return null;
}
