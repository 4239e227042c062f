namespace Amqp.Simulation.Links;

/// <summary>How a direction of a link ended, as its reader sees it.</summary>
public enum LinkEnd
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>The end of the stream after the last byte.</summary>
    Fin,

    /// <summary>A reset; bytes that were in flight are lost.</summary>
    Reset,
}
