using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation;

/// <summary>The text form of a <see cref="SimScenario"/>.</summary>
internal static class ScenarioText
{
    public static SimScenario Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scenario = new SimScenario();
        ImmutableArray<PlannedFault>.Builder faults = ImmutableArray.CreateBuilder<PlannedFault>();
        int offset = 0;
        foreach (string part in text.Split(';', '\n'))
        {
            string words = part.Split('#')[0].Trim();
            try
            {
                if (words.Length > 0)
                {
                    scenario = Add(scenario, words, faults);
                }
            }
            catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
            {
                int at = offset + part.IndexOf(words, StringComparison.Ordinal);
                throw new FormatException(
                    $"the scenario cannot be read at character {at + 1}, '{words}': {error.Message}", error);
            }

            offset += part.Length + 1;
        }

        return scenario with { Faults = faults.ToImmutable() };
    }

    public static string Write(SimScenario scenario)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {scenario.Seed}");
        if (scenario.Link is { } link)
        {
            text.Append("; latency ").Append(DurationText.Write(link.Latency));
            if (link.Jitter > TimeSpan.Zero)
            {
                text.Append("; jitter ").Append(DurationText.Write(link.Jitter));
            }

            text.Append("; chunks ").Append(Write(link.ToBroker));
            text.Append(" and ").Append(Write(link.ToClient));
        }

        foreach ((string word, int drift) in new[]
            { ("client-drift", scenario.ClientDrift), ("broker-drift", scenario.BrokerDrift) })
        {
            if (drift != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"; {word} {drift}");
            }
        }

        foreach (PlannedFault fault in scenario.Faults)
        {
            text.Append("; at ").Append(DurationText.Write(fault.At)).Append(' ').Append(FaultText.Write(fault.Fault));
        }

        return text.ToString();
    }

    private static SimScenario Add(SimScenario scenario, string words, ImmutableArray<PlannedFault>.Builder faults)
    {
        string[] word = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        LinkOptions link = scenario.Link ?? new LinkOptions();
        switch (word[0])
        {
            case "seed" when word.Length == 2:
                return scenario with { Seed = SimEnvironment.ParseSeed(word[1]) };
            case "latency" when word.Length == 2:
                return scenario with { Link = link with { Latency = DurationText.Parse(word[1]) } };
            case "jitter" when word.Length == 2:
                return scenario with { Link = link with { Jitter = DurationText.Parse(word[1]) } };
            case "chunks":
                string[] each = string.Join(' ', word.Skip(1)).Split(" and ");
                return each.Length > 2
                    ? throw new FormatException("chunks are given for the broker 'and' for the client")
                    : scenario with
                    {
                        Link = link with { ToBroker = ParseChunking(each[0]), ToClient = ParseChunking(each[^1]) },
                    };
            case "client-drift" when word.Length == 2:
                return scenario with { ClientDrift = ParseDrift(word[1]) };
            case "broker-drift" when word.Length == 2:
                return scenario with { BrokerDrift = ParseDrift(word[1]) };
            case "at" when word.Length > 2:
                faults.Add(new PlannedFault(DurationText.Parse(word[1]), FaultText.Parse(word[2..])));
                return scenario;
            default:
                throw new FormatException(
                    "write 'seed N', 'latency TIME', 'jitter TIME', 'chunks HOW', 'client-drift PPM', "
                    + "'broker-drift PPM' or 'at TIME FAULT'");
        }
    }

    private static int ParseDrift(string text)
    {
        int drift = int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return Math.Abs((long)drift) <= ClockOptions.MostPpm
            ? drift
            : throw new FormatException(
                $"a drift is from -{ClockOptions.MostPpm} to {ClockOptions.MostPpm} millionths");
    }

    internal static string Write(Chunking chunking) => chunking.Kind switch
    {
        ChunkingKind.OneByte => "one byte",
        ChunkingKind.RandomPrefix => "random",
        ChunkingKind.FixedSize => string.Create(CultureInfo.InvariantCulture, $"of {chunking.Size}"),
        ChunkingKind.Coalesce => $"each {DurationText.Write(chunking.Window)}",
        _ => "whole",
    };

    internal static Chunking ParseChunking(string text) => text.Split(' ') switch
    {
        ["whole"] => Chunking.Whole,
        ["random"] => Chunking.RandomPrefix,
        ["one", "byte"] => Chunking.OneByte,
        ["of", var size] => Chunking.FixedSize(int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture)),
        ["each", var window] => Chunking.Coalesce(DurationText.Parse(window)),
        _ => throw new FormatException("chunks are 'whole', 'random', 'one byte', 'of N' or 'each TIME'"),
    };
}
