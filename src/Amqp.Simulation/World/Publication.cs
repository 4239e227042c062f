using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>A message that the user of a client wants to have published, in as many attempts as it takes.</summary>
internal sealed class Publication(Step.Publish step, string id)
{
    public Step.Publish Step { get; } = step;

    public string Id { get; } = id;
}
