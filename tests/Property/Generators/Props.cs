using System.Runtime.ExceptionServices;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Property.Generators;

/// <summary>Runs a property under the id it has in <c>docs/properties.md</c>.</summary>
/// <remarks>
/// A failure starts with the id, then names the seed, the smallest failing case and its own exception, so that one
/// reading is enough to run it again: <c>AMQP_SIM_SEED=… dotnet test --filter …</c>.
/// </remarks>
public static class Props
{
    /// <summary>Checks an FsCheck property.</summary>
    public static void Check(string id, FsCheck.Property property, int cases = 1000)
    {
        try
        {
            FsCheck.Check.One(PropertyConfig.For(id, cases), property);
        }
        catch (Exception failure)
        {
            throw new PropertyFailedException(Head(id) + Environment.NewLine + failure.Message, failure);
        }
    }

    /// <summary>Checks that <paramref name="body"/> throws for no value of <paramref name="gen"/>.</summary>
    /// <param name="id">The property's id, for example <c>A3</c>, with a suffix where several share it.</param>
    /// <param name="gen">Makes the cases.</param>
    /// <param name="body">Asserts; whatever it throws is the failure.</param>
    /// <param name="shrink">Smaller candidates of a failing value, most radical first.</param>
    /// <param name="cases">How many cases at least.</param>
    public static void ForAll<T>(
        string id,
        Gen<T> gen,
        Action<T> body,
        Func<T, IEnumerable<T>>? shrink = null,
        int cases = 1000)
    {
        // The last case that failed is the smallest one: shrinking keeps a candidate only when it fails too.
        var last = default(T);
        ExceptionDispatchInfo? why = null;
        Arbitrary<T> arbitrary = shrink is null ? Arb.From(gen) : Arb.From(gen, shrink);
        FsCheck.Property property = Prop.ForAll(arbitrary, (T value) =>
        {
            try
            {
                body(value);
            }
            catch (Exception failure)
            {
                last = value;
                why = ExceptionDispatchInfo.Capture(failure);
                throw;
            }
        });

        try
        {
            FsCheck.Check.One(PropertyConfig.For(id, cases), property);
        }
        catch (Exception outer)
        {
            Exception inner = why?.SourceException ?? outer;
            string text = why is null ? outer.Message : $"case: {CaseText.Of(last)}{Environment.NewLine}{inner}";
            throw new PropertyFailedException(Head(id) + Environment.NewLine + text, inner);
        }
    }

    private static string Head(string id) =>
        $"{id} failed; AMQP_SIM_SEED={PropertyConfig.Seed} repeats it (its own seed: {PropertyConfig.SeedOf(id)}).";
}
