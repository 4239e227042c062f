using System.Collections.Immutable;
using System.Globalization;
using System.Text;

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

    /// <summary>Further clients, of the same options, each with steps of its own and connections of its own. All go on
    /// side by side from the start.</summary>
    public ImmutableArray<ClientPlan> MoreClients { get; init; } = [];

    /// <summary>What goes wrong.</summary>
    public ImmutableArray<PlannedFault> Faults { get; init; } = [];

    /// <summary>
    /// The scenario as a C# expression that makes it again. It needs the namespaces of the engine's Base, Session and
    /// Spec, of the fake broker and its Faults, and of the simulation's Links and Scenarios.
    /// </summary>
    /// <returns>A text of several lines.</returns>
    /// <exception cref="NotSupportedException">
    /// It holds something that generated scenarios never hold, such as arguments of a queue.
    /// </exception>
    public string ToCSharp() => ScenarioPrinter.Print(this);

    /// <summary>Reads the text form: a line for each condition, step and fault, see docs/worlds.md.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The scenario.</returns>
    /// <exception cref="FormatException">It cannot be read; the message says in which line and why.</exception>
    public static Scenario Parse(string text) => ScenarioWords.Parse(text);

    /// <summary>The scenario in the form that <see cref="Parse"/> reads.</summary>
    /// <returns>A text of several lines.</returns>
    /// <exception cref="FormatException">It holds something that has no words, such as a queue's
    /// arguments.</exception>
    public string ToText() => ScenarioWords.Write(this);

    /// <summary>Whether the other one has the same seed, conditions, steps and faults.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when a run of either is a run of both.</returns>
    public bool Equals(Scenario? other) => other is not null && Seed == other.Seed && Options == other.Options
        && Steps.SequenceEqual(other.Steps) && MoreClients.SequenceEqual(other.MoreClients)
        && Faults.SequenceEqual(other.Faults);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Seed, Options, Steps.Length, Faults.Length);

    /// <summary>Renders seed, conditions, steps and faults, one to a line.</summary>
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

        for (int i = 0; i < MoreClients.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $" client {i + 2}\n{MoreClients[i]}");
        }

        foreach (PlannedFault fault in Faults)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {fault}\n");
        }

        return text.ToString();
    }
}
