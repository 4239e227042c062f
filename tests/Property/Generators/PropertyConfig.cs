using System.Globalization;
using Amqp.Engine.Base;
using FsCheck;
using Microsoft.FSharp.Core;

namespace Amqp.Property.Generators;

/// <summary>How many cases a property runs and from which seed.</summary>
/// <remarks>
/// <c>AMQP_SIM_SEED</c> (unsigned 64-bit decimal) sets the seed of the whole run and <c>AMQP_SIM_CASES</c> raises
/// the number of cases. Each property derives its own seed from the run's seed and its id, so adding or renaming one
/// property leaves the cases of the others as they were.
/// </remarks>
public static class PropertyConfig
{
    /// <summary>The seed when the environment gives none: fixed, so that an ordinary build is repeatable.</summary>
    public const ulong DefaultSeed = 20_091_013;

    static PropertyConfig()
    {
        Seed = ReadSeed();
        CasesFloor = ReadCases();
        Console.WriteLine($"AMQP_SIM_SEED={Seed} AMQP_SIM_CASES={CasesFloor}");
    }

    /// <summary>The seed of this run.</summary>
    public static ulong Seed { get; }

    /// <summary>The number of cases asked for by the environment; 0 when it asks for none.</summary>
    public static int CasesFloor { get; }

    /// <summary>The number of cases a property runs: what it asks for, or more when the environment says so.</summary>
    public static int Cases(int asked) => Math.Max(asked, CasesFloor);

    /// <summary>The seed of one property.</summary>
    public static ulong SeedOf(string id) => Prng.DeriveSeed(Seed, id);

    /// <summary>The FsCheck settings of one property: quiet, throwing, and replayable from its id alone.</summary>
    public static Config For(string id, int cases)
    {
        ulong seed = SeedOf(id);
        ulong gamma = Prng.DeriveSeed(seed, "gamma") | 1; // SplitMix64 wants an odd increment
        var replay = new Replay(new Rnd(seed, gamma), FSharpOption<int>.None);
        return Config.QuickThrowOnFailure
            .WithMaxTest(Cases(cases))
            .WithName(id)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(replay));
    }

    private static ulong ReadSeed()
    {
        string? text = Environment.GetEnvironmentVariable("AMQP_SIM_SEED");
        if (string.IsNullOrWhiteSpace(text))
        {
            return DefaultSeed;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw new FormatException($"AMQP_SIM_SEED must be an unsigned 64-bit decimal, not '{text}'.");
    }

    private static int ReadCases()
    {
        string? text = Environment.GetEnvironmentVariable("AMQP_SIM_CASES");
        if (string.IsNullOrWhiteSpace(text))
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int cases)
            ? cases
            : throw new FormatException($"AMQP_SIM_CASES must be a number, not '{text}'.");
    }
}
