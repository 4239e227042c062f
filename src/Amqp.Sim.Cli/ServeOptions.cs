using Amqp.FakeBroker;

namespace Amqp.Sim.Cli;

/// <summary>What amqp-sim serve was asked for.</summary>
internal sealed record ServeOptions
{
    public required int Port { get; init; }

    public required BrokerOptions Broker { get; init; }

    public FileInfo? Definitions { get; init; }

    /// <summary>True when <see cref="Port"/> itself speaks TLS.</summary>
    public bool UsesTls { get; init; }

    /// <summary>A port for TLS beside the other one; null for none.</summary>
    public int? TlsPort { get; init; }

    public FileInfo? Certificate { get; init; }

    public FileInfo? Key { get; init; }

    /// <summary>Null for no control plane.</summary>
    public int? ControlPort { get; init; }
}
