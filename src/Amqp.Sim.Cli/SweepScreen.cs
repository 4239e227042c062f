using System.Globalization;
using Amqp.Simulation.World;
using Spectre.Console;

namespace Amqp.Sim.Cli;

/// <summary>Shows what a sweep came to: as tables and charts on a terminal, as lines elsewhere.</summary>
internal static class SweepScreen
{
    private const int ChartWidth = 78;

    public static void Show(SweepReport report)
    {
        if (Screen.IsLive)
        {
            ShowLive(report);
            return;
        }

        Say($"speed: {report.Rate(report.Worlds):0} worlds/s, {report.Rate(report.Happenings):0} happenings/s, "
            + $"{report.Rate(report.Virtual.TotalSeconds):0} virtual seconds per second");
        WorldMark[] missed = report.Missed;
        Say($"marks: {report.Reached.Length - missed.Length} of {report.Reached.Length}"
            + (missed.Length > 0 ? $", not {string.Join(", ", missed)}" : ""));
        Say($"faults: {report.Faults} planned, {report.NotReached} never reached");
    }

    private static void ShowLive(SweepReport report)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(
            new TableColumn("all").RightAligned()).AddColumn(new TableColumn("each second").RightAligned());
        (string Name, double All)[] rows =
        [
            ("worlds", report.Worlds), ("failed", report.Failed), ("happenings", report.Happenings),
            ("virtual seconds", report.Virtual.TotalSeconds), ("faults planned", report.Faults),
            ("faults never reached", report.NotReached),
        ];
        foreach ((string name, double all) in rows)
        {
            table.AddRow(name, Number(all), Number(report.Rate(all)));
        }

        AnsiConsole.Write(table);
        BarChart marks = new BarChart().Width(ChartWidth).Label("worlds in a thousand that came by a mark");
        for (int i = 0; i < report.Reached.Length; i++)
        {
            double share = Math.Round(1000.0 * report.Reached[i] / Math.Max(1, report.Worlds), 1);
            marks.AddItem(((WorldMark)i).ToString(), share, share > 0 ? Color.Green : Color.Red);
        }

        AnsiConsole.Write(marks);
        if (!report.Failures.IsEmpty)
        {
            BarChart failures = new BarChart().Width(ChartWidth).Label("failures by property");
            foreach (var property in report.Failures.CountBy(static each => each.Property))
            {
                failures.AddItem(Markup.Escape(property.Key), property.Value, Color.Red);
            }

            AnsiConsole.Write(failures);
        }
    }

    private static string Number(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static void Say(string text) => Console.WriteLine(text);
}
