using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Amqp.Engine.Base;

namespace Amqp.Simulation.Scenarios;

/// <summary>The text form of a <see cref="Scenario"/>: a line for each condition, step and fault.</summary>
internal static class ScenarioWords
{
    public static Scenario Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scenario = new Scenario();
        List<ImmutableArray<Step>.Builder> clients = [ImmutableArray.CreateBuilder<Step>()];
        ImmutableArray<PlannedFault>.Builder faults = ImmutableArray.CreateBuilder<PlannedFault>();
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int column = 1;
            try
            {
                var words = new WordReader(lines[i]);
                if (words.IsEmpty)
                {
                    continue;
                }

                column = words.Column;
                scenario = Read(words, scenario, clients, faults);
                words.RequireEnd();
            }
            catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
            {
                throw new FormatException(
                    $"line {i + 1}, column {column}, '{lines[i].Trim()}': {error.Message}", error);
            }
        }

        return scenario with
        {
            Steps = clients[0].ToImmutable(),
            MoreClients = [.. clients.Skip(1).Select(static each => new ClientPlan { Steps = each.ToImmutable() })],
            Faults = faults.ToImmutable(),
        };
    }

    public static string Write(Scenario scenario)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {scenario.Seed}\n");
        foreach (string line in ConditionWords.Write(scenario.Options))
        {
            text.Append(line).Append('\n');
        }

        foreach (Step step in scenario.Steps)
        {
            text.Append(StepWords.Write(step)).Append('\n');
        }

        foreach (ClientPlan client in scenario.MoreClients)
        {
            text.Append("client\n");
            foreach (Step step in client.Steps)
            {
                text.Append(StepWords.Write(step)).Append('\n');
            }
        }

        foreach (PlannedFault fault in scenario.Faults)
        {
            text.Append("at ").Append(DurationText.Write(fault.At)).Append(' ').Append(FaultText.Write(fault.Fault))
                .Append('\n');
        }

        return text.ToString();
    }

    private static Scenario Read(
        WordReader words,
        Scenario scenario,
        List<ImmutableArray<Step>.Builder> clients,
        ImmutableArray<PlannedFault>.Builder faults)
    {
        string first = words.Next("a word");
        switch (first)
        {
            case "seed":
                return scenario with { Seed = SimEnvironment.ParseSeed(words.Next("a seed")) };
            case "at":
                faults.Add(new PlannedFault(words.Time(), FaultText.Parse(words.Rest())));
                return scenario;
            case "client":
                // What follows is done by one more.
                clients.Add(ImmutableArray.CreateBuilder<Step>());
                return scenario;
        }

        if (StepWords.Read(first, words) is { } step)
        {
            clients[^1].Add(step);
            return scenario;
        }

        return ConditionWords.Read(first, words, scenario.Options) is { } options
            ? scenario with { Options = options }
            : throw new FormatException($"'{first}' is no condition, no step, not 'client' and not 'at TIME FAULT'");
    }
}
