using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amqp.Simulation.Sweeps;
using Amqp.Simulation.World;

namespace Amqp.Sim.Cli;

/// <summary>What a sweep came to, as a file: parts of one sweep on several machines are added up again.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Seed">The seed of the sweep's first world, in decimal.</param>
/// <param name="Plan">How its worlds were made: their faults and their size.</param>
/// <param name="Total">How many worlds the whole sweep has.</param>
/// <param name="First">The index of the part's first world.</param>
/// <param name="Worlds">How many worlds the part ran.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="Happenings">How much happened.</param>
/// <param name="VirtualTicks">Virtual time, in ticks of 100 ns.</param>
/// <param name="RealSeconds">Real time.</param>
/// <param name="Hash">The sum of hashes, as 16 digits.</param>
/// <param name="Marks">The marks that were reached, as 16 digits.</param>
/// <param name="Reached">How many worlds came by each mark, by its number.</param>
/// <param name="Faults">How many faults were planned.</param>
/// <param name="NotReached">How many of them never happened.</param>
/// <param name="Failures">The failures.</param>
internal sealed record SweepReport(
    int Version,
    string Seed,
    string Plan,
    long Total,
    long First,
    long Worlds,
    long Failed,
    long Happenings,
    long VirtualTicks,
    double RealSeconds,
    string Hash,
    string Marks,
    ImmutableArray<long> Reached,
    long Faults,
    long NotReached,
    ImmutableArray<ReportedFailure> Failures)
{
    private const int Current = 2;

    /// <summary>The virtual time of all worlds.</summary>
    [JsonIgnore]
    public TimeSpan Virtual => new(VirtualTicks);

    /// <summary>The marks that no world came by.</summary>
    [JsonIgnore]
    public WorldMark[] Missed =>
        [.. Enumerable.Range(0, Reached.Length).Where(mark => Reached[mark] == 0).Select(mark => (WorldMark)mark)];

    /// <summary>So much in each second of real time.</summary>
    public double Rate(double all) => all / Math.Max(RealSeconds, 1e-6);

    /// <summary>The report of a sweep, or of a part of it.</summary>
    public static SweepReport Of(SweepOptions options, long total, SweepResult result, TimeSpan real) => new(
        Current,
        options.Seed.ToString(CultureInfo.InvariantCulture),
        options.Generator.ToString(),
        total,
        options.First,
        result.Worlds,
        result.Failed,
        result.Happenings,
        result.Virtual.Ticks,
        real.TotalSeconds,
        Hex(result.Hash),
        Hex(result.Marks),
        result.Reached,
        result.Faults,
        result.NotReached,
        [.. result.Failures.Select(each => new ReportedFailure(
            unchecked(options.Seed + (ulong)each.Index).ToString(CultureInfo.InvariantCulture),
            each.Label,
            each.Text,
            Hex(each.TraceHash)))]);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no report; the message names the file and the place.</exception>
    public static SweepReport Load(string path)
    {
        try
        {
            SweepReport? report = JsonSerializer.Deserialize(File.ReadAllText(path), ReportFormat.Default.SweepReport);
            bool isWhole = report is
            {
                Version: Current, Plan: not null, Hash: not null, Marks: not null, Reached.IsDefault: false,
                Failures.IsDefault: false,
            };
            return isWhole
                ? report!
                : throw new FormatException($"{path} is no report of amqp-sim simulate --json");
        }
        catch (JsonException error)
        {
            throw new FormatException($"{path} is no report of amqp-sim simulate --json: {error.Message}", error);
        }
    }

    /// <summary>Adds up parts of one sweep.</summary>
    /// <exception cref="FormatException">They are not of one sweep, or overlap.</exception>
    public static SweepReport Merge(IReadOnlyList<SweepReport> parts)
    {
        SweepReport[] all = [.. parts.OrderBy(static each => each.First)];
        for (int i = 1; i < all.Length; i++)
        {
            if ((all[i].Seed, all[i].Total, all[i].Plan) != (all[0].Seed, all[0].Total, all[0].Plan))
            {
                throw new FormatException(
                    "the reports are not of one sweep: their seeds, numbers of worlds, faults or steps differ");
            }

            if (all[i - 1].First + all[i - 1].Worlds > all[i].First)
            {
                throw new FormatException($"world {all[i].First} is in two of the reports");
            }
        }

        return all[0] with
        {
            Worlds = all.Sum(static each => each.Worlds),
            Failed = all.Sum(static each => each.Failed),
            Happenings = all.Sum(static each => each.Happenings),
            VirtualTicks = all.Sum(static each => each.VirtualTicks),
            RealSeconds = all.Max(static each => each.RealSeconds),
            Hash = Hex(all.Aggregate(0UL, static (sum, each) => unchecked(sum + Number(each.Hash)))),
            Marks = Hex(all.Aggregate(0UL, static (sum, each) => sum | Number(each.Marks))),
            Reached = [.. Enumerable.Range(0, all.Max(static each => each.Reached.Length))
                .Select(mark => all.Sum(each => each.Reached.ElementAtOrDefault(mark)))],
            Faults = all.Sum(static each => each.Faults),
            NotReached = all.Sum(static each => each.NotReached),
            Failures = [.. all.SelectMany(static each => each.Failures)],
        };
    }

    /// <summary>Writes the sum of reports to a file.</summary>
    /// <exception cref="FormatException">Worlds between the reports are missing, which a file could not
    /// say.</exception>
    public static void SaveSum(string path, SweepReport sum, IEnumerable<SweepReport> parts)
    {
        if (parts.Max(static each => each.First + each.Worlds) - sum.First != sum.Worlds)
        {
            throw new FormatException("worlds between the reports are missing, so their sum is not written");
        }

        sum.Save(path);
    }

    /// <summary>Writes a file.</summary>
    public void Save(string path) =>
        File.WriteAllText(path, JsonSerializer.Serialize(this, ReportFormat.Default.SweepReport) + "\n");

    /// <summary>The line that all these commands end with.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"worlds: {Worlds}, failed: {Failed}, virtual: {Virtual.TotalSeconds:0} s, "
        + $"real: {RealSeconds:0.0} s, hash: {Hash}");

    private static string Hex(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static ulong Number(string hex) =>
        ulong.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new FormatException($"'{hex}' is no hash of 16 digits");
}
