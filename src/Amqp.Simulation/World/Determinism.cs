using System.Globalization;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>The determinism check: a scenario runs twice, and the two traces must be the same line by line.</summary>
public static class Determinism
{
    /// <summary>Runs a scenario twice.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>Null, or the first difference with both lines.</returns>
    public static string? Check(Scenario scenario) => FirstDifference(SimWorld.Run(scenario), SimWorld.Run(scenario));

    /// <summary>Compares two outcomes.</summary>
    /// <param name="a">One outcome.</param>
    /// <param name="b">The other one.</param>
    /// <returns>Null, or the first difference with both lines.</returns>
    public static string? FirstDifference(Outcome a, Outcome b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        for (int i = 0; i < Math.Max(a.Trace.Length, b.Trace.Length); i++)
        {
            string left = i < a.Trace.Length ? a.Trace[i] : "(the trace ends)";
            string right = i < b.Trace.Length ? b.Trace[i] : "(the trace ends)";
            if (left != right)
            {
                return string.Create(CultureInfo.InvariantCulture, $"line {i + 1}:\n  {left}\n  {right}");
            }
        }

        return a.TraceHash == b.TraceHash ? null : "the hashes differ though the lines are the same";
    }
}
