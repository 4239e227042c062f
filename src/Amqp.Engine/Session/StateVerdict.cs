namespace Amqp.Engine.Session;

/// <summary>What a state table says of one input in one state.</summary>
public enum StateVerdict
{
    /// <summary>The input is in order and leads to the next state.</summary>
    Accept,

    /// <summary>The input is late and is dropped.</summary>
    Ignore,

    /// <summary>The input breaks the protocol: the connection ends with the row's reply code.</summary>
    Violate,

    /// <summary>The owner cannot do this here; the engine's own code never tries.</summary>
    Refuse,
}
