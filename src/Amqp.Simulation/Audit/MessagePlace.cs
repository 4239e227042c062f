namespace Amqp.Simulation.Audit;

/// <summary>Where a message is, of one queue.</summary>
internal enum MessagePlace
{
    /// <summary>It has not come yet.</summary>
    Nowhere,

    /// <summary>It waits for a consumer.</summary>
    Ready,

    /// <summary>A client has it and has not settled it.</summary>
    Held,

    /// <summary>It is acknowledged, dropped or dead-lettered.</summary>
    Gone,
}
