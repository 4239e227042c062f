namespace Amqp.Property.Wire;

/// <summary>A recorded session read back: for each record its direction, its bytes and its listing.</summary>
internal sealed record GoldenFile(string Name, string Broker, IReadOnlyList<GoldenFile.Record> Records)
{
    /// <summary>One record: C for the client's bytes, S for the server's.</summary>
    internal sealed record Record(char Direction, byte[] Bytes, string Listing);

    /// <summary>All recorded sessions, by name.</summary>
    public static IReadOnlyList<GoldenFile> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder(), "*.golden").Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Everything one side sent, in order.</summary>
    public byte[] Stream(char direction) =>
        [.. Records.Where(r => r.Direction == direction).SelectMany(r => r.Bytes)];

    private static GoldenFile Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        var records = new List<Record>();
        string broker = lines[0];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('#'))
            {
                continue;
            }

            string hex = lines[i][2..];
            records.Add(new Record(lines[i][0], Convert.FromHexString(hex), lines[++i].TrimStart()));
        }

        return new GoldenFile(Path.GetFileNameWithoutExtension(path), broker, records);
    }

    // The files lie beside the sources; they are looked for from the test assembly upwards.
    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "tests", "Property", "Goldens");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("tests/Property/Goldens was not found above the test assembly");
    }
}
