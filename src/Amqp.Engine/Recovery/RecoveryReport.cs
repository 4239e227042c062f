using System.Collections.Immutable;

namespace Amqp.Engine.Recovery;

/// <summary>What a recovery did, entity by entity. Immutable.</summary>
/// <param name="Entities">All of them, in the order in which they are restored.</param>
public sealed record RecoveryReport(ImmutableArray<RecoveredEntity> Entities)
{
    /// <summary>The report of a recovery that had nothing to restore.</summary>
    public static RecoveryReport Empty { get; } = new([]);

    /// <summary>What could not be restored.</summary>
    public IEnumerable<RecoveredEntity> Failures =>
        Entities.Where(static each => each.Outcome == EntityOutcome.Failed);

    /// <summary>Whether nothing failed. What a filter left out counts as wanted.</summary>
    public bool IsComplete => !Failures.Any();

    /// <summary>Whether something failed, and all that failed may succeed later.</summary>
    public bool IsTransient => !IsComplete && Failures.All(static each => each.IsTransient);

    /// <summary>Counts by outcome, and names what failed.</summary>
    /// <returns>Such as <c>12 restored, 1 failed: Queue orders: Failed, 406 …</c>.</returns>
    public override string ToString()
    {
        int restored = Entities.Count(static each => each.Outcome == EntityOutcome.Restored);
        int skipped = Entities.Count(static each => each.Outcome == EntityOutcome.Skipped);
        string text = $"{restored} restored" + (skipped > 0 ? $", {skipped} skipped" : "");
        return IsComplete ? text : $"{text}, {Failures.Count()} failed: {string.Join("; ", Failures)}";
    }
}
