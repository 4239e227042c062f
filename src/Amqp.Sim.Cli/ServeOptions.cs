using Amqp.FakeBroker;

namespace Amqp.Sim.Cli;

/// <summary>What amqp-sim serve was asked for.</summary>
internal sealed record ServeOptions
{
    public required int Port { get; init; }

    public required BrokerOptions Broker { get; init; }

    public FileInfo? Definitions { get; init; }

    public bool UsesTls { get; init; }

    public FileInfo? Certificate { get; init; }

    public FileInfo? Key { get; init; }

    /// <summary>Null for no control plane.</summary>
    public int? ControlPort { get; init; }
}
