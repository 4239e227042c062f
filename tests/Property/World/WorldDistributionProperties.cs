using Amqp.Engine.Events;
using Amqp.Property.Generators;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>The generated worlds reach what the properties are about; otherwise they would hold for nothing.</summary>
public class WorldDistributionProperties
{
    [Fact]
    public void W5_Generated_worlds_reach_what_matters()
    {
        var seen = new Distribution(
            "delivery", "redelivery", "get-ok", "body in many frames", "confirmed", "returned", "lost", "call failed",
            "channel closed by the broker", "channel reopened", "cut in the handshake", "cut in the traffic",
            "closed in order");
        Props.ForAll(
            "W5",
            Gens.From(draw => ScenarioGenerator.Generate(draw.Bits())),
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                bool Has(EventKind kind) => outcome.Events.Any(e => e.Kind == kind);
                seen.Case();
                seen.Saw("delivery", Has(EventKind.Delivery));
                seen.Saw("redelivery", outcome.Events.Any(e => e.Redelivered));
                seen.Saw("get-ok", Has(EventKind.GetOk));
                seen.Saw("body in many frames", outcome.Events.Any(e => e.Kind == EventKind.Body && !e.Flag));
                seen.Saw("confirmed", Has(EventKind.PublishSettled));
                seen.Saw("returned", Has(EventKind.PublishReturned));
                seen.Saw("lost", Has(EventKind.PublishesLost));
                seen.Saw("call failed", Has(EventKind.CallFailed));
                seen.Saw("channel closed by the broker",
                    outcome.Events.Any(e => e.Reason?.Kind == SessionEndKind.ChannelError));
                seen.Saw("channel reopened",
                    outcome.Commands.Count(c => c.Step is Step.OpenChannel && c.Channel == 1) > 1);
                bool cut = outcome.Trace.Any(line => line.Contains(" fault ", StringComparison.Ordinal));
                seen.Saw("cut in the handshake", cut && !Has(EventKind.SessionOpened));
                seen.Saw("cut in the traffic", cut && Has(EventKind.SessionOpened));
                seen.Saw("closed in order", outcome.Events[^1].Reason?.Kind == SessionEndKind.ClosedByApplication);
            });
        seen.Require("W5", 1);
    }
}
