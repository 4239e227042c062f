using System.Globalization;

namespace Amqp.Simulation;

/// <summary>What a run takes from the environment, so that a failure is repeated without a change of code.</summary>
public static class SimEnvironment
{
    /// <summary>The base seed of <c>Sim.Explore</c> and of worlds without a seed of their own: a number, or the
    /// hash of a commit.</summary>
    public const string SeedVariable = "AMQP_SIM_SEED";

    /// <summary>A scenario, or the name of a file that holds one, which <c>Sim.Explore</c> runs instead of
    /// random
    /// ones.</summary>
    public const string ScenarioVariable = "AMQP_SIM_SCENARIO";

    private const int GitHashLength = 40;

    /// <summary>The seed that the environment asks for.</summary>
    /// <returns>The seed; null when the variable is not set.</returns>
    /// <exception cref="FormatException">It is neither a number nor a commit's hash.</exception>
    public static ulong? Seed =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? ParseSeed(text) : null;

    /// <summary>The scenario that the environment asks for.</summary>
    /// <returns>The scenario; null when the variable is not set.</returns>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static SimScenario? Scenario
    {
        get
        {
            string? text = Environment.GetEnvironmentVariable(ScenarioVariable);
            return string.IsNullOrEmpty(text)
                ? null
                : SimScenario.Parse(File.Exists(text) ? File.ReadAllText(text) : text);
        }
    }

    /// <summary>Reads a seed.</summary>
    /// <param name="text">A decimal number, a hexadecimal one with <c>0x</c>, or the 40 digits of a commit's hash,
    /// whose
    /// first 16 count.</param>
    /// <returns>The seed.</returns>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static ulong ParseSeed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string word = text.Trim();
        bool isHash = word.Length == GitHashLength && word.All(char.IsAsciiHexDigit);
        if (isHash || word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            string digits = isHash ? word[..16] : word[2..];
            if (ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
            {
                return bits;
            }
        }
        else if (ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return number;
        }

        throw new FormatException(
            $"'{text}' is no seed: write a number, 0x and digits, or a commit's hash of 40 digits");
    }
}
