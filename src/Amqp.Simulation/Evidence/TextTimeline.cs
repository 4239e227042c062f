using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>A run as text, one line for each thing that happened; docs/simulator.md has the legend.</summary>
public static class TextTimeline
{
    /// <summary>Writes the lines.</summary>
    /// <param name="trace">The run.</param>
    /// <returns>Lines of printable ASCII.</returns>
    public static string Write(SimTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var text = new StringBuilder();
        foreach (TimelineRow row in TimelineRow.Of(trace))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Seconds(row.At),12} ");
            string number = row.Connection.ToString(CultureInfo.InvariantCulture);
            text.Append((row.Connection == 0 ? "-" : "#" + number).PadLeft(3));
            text.Append(' ').Append(Sign(row)).Append(' ').Append(row.Name);
            if (row.Detail.Length > 0)
            {
                text.Append(' ').Append(row.Detail);
            }

            if (row.Frame is { IsLost: false } frame)
            {
                double milliseconds = (frame.ArrivedAt - frame.SentAt).TotalMilliseconds;
                text.Append(CultureInfo.InvariantCulture, $" [+{milliseconds:0.###} ms]");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    internal static string Seconds(MonoTime time) => string.Create(
        CultureInfo.InvariantCulture, $"{(time - MonoTime.Zero).Ticks / (decimal)TimeSpan.TicksPerSecond:0.000000}");

    private static string Sign(TimelineRow row) => row switch
    {
        { Frame: { Direction: LinkDirection.ToBroker, IsLost: false } } => "C ---> B",
        { Frame: { Direction: LinkDirection.ToBroker } } => "C --x  B",
        { Frame: { IsLost: false } } => "C <--- B",
        { Frame: not null } => "C  x-- B",
        { Kind: TraceKind.Fault } => "!!!!!!!!",
        { Lane: TraceLane.Client } => "C       ",
        { Lane: TraceLane.Broker } => "       B",
        _ => "   --   ",
    };
}
