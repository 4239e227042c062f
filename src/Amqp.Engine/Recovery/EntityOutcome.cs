namespace Amqp.Engine.Recovery;

/// <summary>What became of an entity in a recovery.</summary>
public enum EntityOutcome
{
    /// <summary>Its turn has not come; a finished recovery has none of these.</summary>
    Pending,

    /// <summary>It is there again.</summary>
    Restored,

    /// <summary>A filter left it out.</summary>
    Skipped,

    /// <summary>It could not be restored; code and text say why.</summary>
    Failed,
}
