using Amqp.Engine.Base;
using Amqp.Property.Generators;

namespace Amqp.Integration.Support;

/// <summary>Properties of code that awaits: cases as in <see cref="Draw"/>, checked one after the other.</summary>
internal static class AsyncProps
{
    /// <summary>Checks that <paramref name="body"/> throws for no case.</summary>
    /// <param name="id">The property's id in docs/properties.md, with a suffix where several share it.</param>
    /// <param name="make">Makes a case.</param>
    /// <param name="body">Asserts.</param>
    /// <param name="shrink">Smaller candidates of a failing case, most radical first.</param>
    /// <param name="cases">How many cases at least.</param>
    public static async Task ForAll<T>(
        string id, Func<Draw, T> make, Func<T, Task> body, Func<T, IEnumerable<T>>? shrink = null, int cases = 1000)
    {
        for (var i = 0; i < PropertyConfig.Cases(cases); i++)
        {
            var value = make(new Draw(Prng.DeriveSeed(PropertyConfig.SeedOf(id), $"{i}"), 1 + (i % 100)));
            if (await FailureOf(body, value) is { } failure)
            {
                (value, failure) = await ShrinkAsync(body, value, failure, shrink ?? (_ => []));
                throw new PropertyFailedException(
                    $"{id} failed; AMQP_SIM_SEED={PropertyConfig.Seed} repeats it (case {i}).{Environment.NewLine}"
                    + $"case: {CaseText.Of(value)}{Environment.NewLine}{failure}",
                    failure);
            }
        }
    }

    /// <summary>Lists without a half, a quarter … or one item.</summary>
    public static IEnumerable<T[]> Shorter<T>(T[] items)
    {
        for (var size = items.Length / 2; size >= 1; size /= 2)
        {
            for (var start = 0; start + size <= items.Length; start += size)
            {
                yield return [.. items[..start], .. items[(start + size)..]];
            }
        }
    }

    private static async Task<Exception?> FailureOf<T>(Func<T, Task> body, T value)
    {
        try
        {
            await body(value);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    // Bounded: a failure that is a hang costs its whole deadline each time.
    private static async Task<(T Value, Exception Failure)> ShrinkAsync<T>(
        Func<T, Task> body, T value, Exception failure, Func<T, IEnumerable<T>> shrink)
    {
        var left = failure is TimeoutException ? 3 : 300;
        var isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (var candidate in shrink(value))
            {
                if (left-- == 0)
                {
                    return (value, failure);
                }

                if (await FailureOf(body, candidate) is { } again)
                {
                    (value, failure, isSmaller) = (candidate, again, true);
                    break;
                }
            }
        }

        return (value, failure);
    }
}
