using System.Collections.Immutable;
using Amqp.Engine.Base;

namespace Amqp.Simulation.Evidence;

/// <summary>One line of a time line: a frame, or something else that happened.</summary>
internal sealed record TimelineRow(
    MonoTime At, TraceKind Kind, TraceLane Lane, int Connection, string Name, string Detail)
{
    public TraceFrame? Frame { get; init; }

    /// <summary>Until when a fault lasts, where that is known from the start.</summary>
    public MonoTime? Until { get; init; }

    /// <summary>The rows of a run. Bytes appear as the frames they make up.</summary>
    public static ImmutableArray<TimelineRow> Of(SimTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var rows = new List<(int Order, TimelineRow Row)>();
        foreach ((int order, TraceEvent each) in trace.Events.Index())
        {
            if (each.Kind is not (TraceKind.Sent or TraceKind.Received))
            {
                rows.Add((order, new TimelineRow(each.At, each.Kind, each.Lane, each.Connection, each.Text, "")
                {
                    Until = each.Until,
                }));
            }
        }

        foreach (TraceFrame frame in FrameList.Of(trace))
        {
            TraceLane lane = frame.Direction == FakeBroker.Faults.LinkDirection.ToBroker
                ? TraceLane.Client
                : TraceLane.Broker;
            var row = new TimelineRow(frame.SentAt, TraceKind.Sent, lane, frame.Connection, frame.Name, frame.Detail)
            {
                Frame = frame,
            };
            rows.Add((frame.Order, row));
        }

        return [.. rows.OrderBy(static each => each.Order).Select(static each => each.Row)];
    }
}
