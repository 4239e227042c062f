using System.Globalization;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>The determinism check: a scenario runs twice, and the two traces must be the same line by line: each
/// draw of a random number, each byte and each event.</summary>
public static class Determinism
{
    private const int ContextLines = 3;

    /// <summary>Runs a scenario twice.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>Null, or the first difference: what both did there, what came before and what comes next.</returns>
    public static string? Check(Scenario scenario) => FirstDifference(SimWorld.Run(scenario), SimWorld.Run(scenario));

    /// <summary>Compares two outcomes.</summary>
    /// <param name="a">One outcome.</param>
    /// <param name="b">The other one.</param>
    /// <returns>Null, or the first difference: what both did there, what came before and what comes next.</returns>
    public static string? FirstDifference(Outcome a, Outcome b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        for (int i = 0; i < Math.Max(a.Trace.Length, b.Trace.Length); i++)
        {
            string left = Line(a, i);
            string right = Line(b, i);
            if (left != right)
            {
                IEnumerable<string> before =
                    a.Trace.Take(i).TakeLast(ContextLines).Select(static each => $"    {each}\n");
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"line {i + 1}:\n{string.Concat(before)}  1 {left}\n  2 {right}\n  1 {Line(a, i + 1)}\n"
                    + $"  2 {Line(b, i + 1)}");
            }
        }

        return a.TraceHash == b.TraceHash ? null : "the hashes differ though the lines are the same";
    }

    private static string Line(Outcome outcome, int index) =>
        index < outcome.Trace.Length ? outcome.Trace[index] : "(the trace ends)";
}
