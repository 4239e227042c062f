using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Evidence;

/// <summary>Writes what shows a run into a folder.</summary>
public static class EvidenceFiles
{
    /// <summary>Writes a run as a page, as text, as a diagram and as packets: <c>timeline-HASH.html</c>, <c>.txt</c>,
    /// <c>.mmd</c> and <c>.pcapng</c>.</summary>
    /// <param name="outcome">The run.</param>
    /// <param name="folder">Where to; made when it is not there.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(SimOutcome outcome, string folder)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return Write(
            outcome.Trace,
            folder,
            $"{outcome.Verdict}: {outcome.Scenario}",
            outcome.Problem ?? "",
            Time.VirtualTimeProvider.DefaultStart);
    }

    /// <summary>Writes a run, see the other overload.</summary>
    /// <param name="trace">The run.</param>
    /// <param name="folder">Where to; made when it is not there.</param>
    /// <param name="title">Stands above the page.</param>
    /// <param name="summary">What is said about the run.</param>
    /// <param name="start">What the clock showed at the start.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(
        SimTrace trace, string folder, string title, string summary, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(trace);
        Directory.CreateDirectory(folder);
        string stem = Path.Combine(
            folder, "timeline-" + trace.Hash.ToString("x16", CultureInfo.InvariantCulture));
        File.WriteAllText(stem + ".html", HtmlTimeline.Write(trace, title, summary), Encoding.UTF8);
        File.WriteAllText(stem + ".txt", TextTimeline.Write(trace));
        File.WriteAllText(stem + ".mmd", MermaidTimeline.Write(trace));
        using (FileStream packets = File.Create(stem + ".pcapng"))
        {
            PcapngWriter.Write(trace, packets, start);
        }

        return [stem + ".html", stem + ".txt", stem + ".mmd", stem + ".pcapng"];
    }
}
