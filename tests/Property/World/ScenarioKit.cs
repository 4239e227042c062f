using Amqp.Simulation.Scenarios;

namespace Amqp.Property.World;

/// <summary>Scenarios that several tests begin with.</summary>
internal static class ScenarioKit
{
    /// <summary>A client that reconnects and publishes to a durable queue with confirms.</summary>
    public static Scenario Publishing(int count) => new()
    {
        Options = new WorldOptions { Reconnect = ReconnectOptions.Default, FaultsEnd = TimeSpan.FromSeconds(30) },
        Steps =
        [
            new Step.OpenChannel(0),
            new Step.Settle(),
            new Step.DeclareQueue(0, "q", Durable: true),
            new Step.ConfirmSelect(0),
            new Step.Settle(),
            .. Enumerable.Range(0, count).Select(_ => new Step.Publish(0, "", "q", 10, Persistent: true)),
            new Step.Settle(),
        ],
    };
}
