namespace Amqp.Simulation.Links;

/// <summary>What a <see cref="LinkSignal"/> asks for.</summary>
public enum LinkSignalKind
{
    /// <summary>Bytes may be readable: take them with <see cref="SimLink.Read"/>.</summary>
    Read,

    /// <summary>The end of the stream may be readable: take it with <see cref="SimLink.TryReadEnd"/>.</summary>
    End,
}
