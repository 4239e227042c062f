using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Scenarios;

/// <summary>
/// Everything that decides a run, as data. Running the same scenario again gives the same trace, to the byte.
/// </summary>
public sealed record Scenario
{
    /// <summary>The seed of the random streams: chunk sizes, jitter and bodies.</summary>
    public ulong Seed { get; init; }

    /// <summary>The conditions.</summary>
    public WorldOptions Options { get; init; } = new();

    /// <summary>What the user of the client does once the session is open, in order.</summary>
    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>What goes wrong.</summary>
    public ImmutableArray<CutAtByte> Cuts { get; init; } = [];

    /// <summary>Renders seed, conditions, steps and cuts, one to a line.</summary>
    /// <returns>A text of several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {Seed}, origin {Options.Origin}, {Options.Session}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {Options.Link}\n");
        foreach (Step step in Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {step}\n");
        }

        foreach (CutAtByte cut in Cuts)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {cut}\n");
        }

        return text.ToString();
    }
}
