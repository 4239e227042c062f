using Amqp.Engine.Events;
using Amqp.Simulation.Scenarios;

namespace Amqp.Property.World;

/// <summary>What two runs told their users, made comparable.</summary>
internal static class EventLists
{
    /// <summary>The events with ranges of publishes taken apart: a broker may settle several at once or one by
    /// one.</summary>
    public static List<EventRecord> Expand(Outcome outcome)
    {
        List<EventRecord> events = [];
        foreach (EventRecord e in outcome.Events)
        {
            if (e.Kind != EventKind.PublishSettled)
            {
                events.Add(e);
                continue;
            }

            for (ulong sequence = e.FromSequence; sequence <= e.ToSequence; sequence++)
            {
                events.Add(e with { FromSequence = sequence, ToSequence = sequence });
            }
        }

        return events;
    }
}
