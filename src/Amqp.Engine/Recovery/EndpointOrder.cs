namespace Amqp.Engine.Recovery;

/// <summary>The order in which endpoints are tried.</summary>
public enum EndpointOrder
{
    /// <summary>As they are listed, from the first one each time.</summary>
    InOrder,

    /// <summary>In an order that is drawn anew each time.</summary>
    Shuffled,

    /// <summary>Those that failed least often since they last worked come first; among equals, as listed. Losing a
    /// connection counts as a failure of its endpoint.</summary>
    ByHealth,
}
