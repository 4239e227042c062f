using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Async;

/// <summary>Turns a failure into an exception, with its evidence on disk when that is asked for.</summary>
internal static class SimReport
{
    public static SimFailedException Failure(SimOutcome outcome, SimOptions? options, string? head = null)
    {
        var text = new StringBuilder();
        if (head is not null)
        {
            text.AppendLine(head);
        }

        text.Append(outcome);
        if (options?.EvidenceFolder is { } folder)
        {
            foreach (string file in Evidence.EvidenceFiles.Write(outcome, folder))
            {
                text.AppendLine().Append("  evidence:   ").Append(file);
            }
        }

        return new SimFailedException(outcome, text.ToString());
    }

    /// <summary>A scenario as C# that repeats it.</summary>
    public static string ToCSharp(SimScenario scenario, string body) => string.Create(
        CultureInfo.InvariantCulture,
        $"await Sim.Replay(\"{scenario.ToString().Replace("\\", "\\\\").Replace("\"", "\\\"")}\", {body});");
}
