using System.Collections.Immutable;
using Amqp.Engine.Events;
using Amqp.Engine.Session;

namespace Amqp.Simulation.Evidence;

/// <summary>What a replay showed. Immutable.</summary>
/// <param name="Events">What the engine told its user, in order.</param>
/// <param name="Failures">What was wrong; empty when nothing was.</param>
/// <param name="FinalState">The state of the session at the end.</param>
public sealed record ReplayOutcome(
    ImmutableArray<EventRecord> Events, ImmutableArray<string> Failures, ConnectionState FinalState)
{
    /// <summary>The events without how a body was cut into pieces, so that runs with other chunks can be
    /// compared.</summary>
    /// <returns>One line for each event.</returns>
    public ImmutableArray<string> WithoutPieces()
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var bodies = new Dictionary<ushort, List<byte>>();
        foreach (EventRecord each in Events)
        {
            if (each.Kind != EventKind.Body)
            {
                lines.Add(each.ToString());
                continue;
            }

            if (!bodies.TryGetValue(each.Channel, out List<byte>? body))
            {
                bodies.Add(each.Channel, body = []);
            }

            body.AddRange(each.Body.Bytes.Span);
            if (each.Flag)
            {
                lines.Add(FormattableString.Invariant(
                    $"Body ch={each.Channel} {Convert.ToHexString([.. body])}"));
                body.Clear();
            }
        }

        return lines.ToImmutable();
    }
}
