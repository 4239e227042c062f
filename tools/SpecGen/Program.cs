using System.Text;
using SpecGen;

// dotnet run --project tools/SpecGen             writes src/Amqp.Engine/Spec/*.g.cs from the table
// dotnet run --project tools/SpecGen -- --check  writes nothing; exits with 1 and names the files that differ

const string TablePath = "tools/SpecGen/amqp-0-9-1.spec";
const string OutputPath = "src/Amqp.Engine/Spec";

bool isCheck = args.Contains("--check");
string? root = FindRoot(Directory.GetCurrentDirectory()) ?? FindRoot(AppContext.BaseDirectory);
if (root is null)
{
    Console.Error.WriteLine($"No {TablePath} here or above.");
    return 2;
}

SpecTable table;
try
{
    table = SpecParser.Parse(File.ReadAllText(Path.Combine(root, TablePath)));
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{TablePath}: {e.Message}");
    return 2;
}

SortedDictionary<string, string> files = Generate(table);
string output = Path.Combine(root, OutputPath);
Directory.CreateDirectory(output);
var different = new List<string>();
foreach ((string name, string text) in files)
{
    string path = Path.Combine(output, name);
    string before = File.Exists(path) ? File.ReadAllText(path) : "";
    if (before == text)
    {
        continue;
    }

    different.Add(name);
    if (!isCheck)
    {
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}

foreach (string stray in Directory.GetFiles(output, "*.g.cs").Order(StringComparer.Ordinal))
{
    string name = Path.GetFileName(stray);
    if (files.ContainsKey(name))
    {
        continue;
    }

    different.Add(name);
    if (!isCheck)
    {
        File.Delete(stray);
    }
}

foreach (string name in different)
{
    Console.WriteLine($"{(isCheck ? "differs: " : "wrote ")}{OutputPath}/{name}");
}

return isCheck && different.Count > 0 ? 1 : 0;

static SortedDictionary<string, string> Generate(SpecTable table)
{
    var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["FrameType.g.cs"] = EnumEmitter.FrameType(table),
        ["ReplyCode.g.cs"] = EnumEmitter.ReplyCode(table),
        ["ReplyCodeNames.g.cs"] = EnumEmitter.ReplyCodeNames(table),
        ["MethodId.g.cs"] = EnumEmitter.MethodId(table),
        ["MethodIdExtensions.g.cs"] = EnumEmitter.MethodIdExtensions(table),
        ["AmqpMethod.Read.g.cs"] = MethodEmitter.Reader(table),
        ["Views.g.cs"] = ViewEmitter.Views(table),
    };
    foreach (ClassSpec spec in table.Classes)
    {
        files[$"Methods.{spec.Pascal}.g.cs"] = MethodEmitter.Records(table, spec);
        if (spec.Properties.Count > 0)
        {
            files[$"{spec.Pascal}Properties.g.cs"] = PropertiesEmitter.Properties(table, spec);
        }
    }

    return files;
}

static string? FindRoot(string start)
{
    for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, TablePath)))
        {
            return folder.FullName;
        }
    }

    return null;
}
