using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

/// <summary>One entity of a replay, and what became of it so far.</summary>
internal sealed class ReplayStep(EntityKind kind, string name)
{
    public EntityKind Kind { get; } = kind;

    public string Name { get; } = name;

    /// <summary>The method that restores it, for the name that its queue has by then.</summary>
    public Func<string, AmqpMethod> Make { get; init; } = null!;

    /// <summary>The queue that it needs, by its name before the recovery; empty when it needs none.</summary>
    public string Queue { get; init; } = "";

    /// <summary>False for a setting, which is reported with its channel.</summary>
    public bool IsEntity { get; init; } = true;

    public RecoveredEntity Entity { get; private set; } = new(kind, name, EntityOutcome.Pending);

    public bool IsPending => Entity.Outcome == EntityOutcome.Pending;

    public void Restored(string text = "") =>
        Entity = Entity with { Outcome = EntityOutcome.Restored, Text = text };

    /// <summary>Has it done again: what was done is gone.</summary>
    public void Reset()
    {
        if (Entity.Outcome == EntityOutcome.Restored)
        {
            Entity = Entity with { Outcome = EntityOutcome.Pending, Text = "" };
        }
    }

    public void Skipped() => Entity = Entity with { Outcome = EntityOutcome.Skipped };

    public void Failed(ReplyCode code, string text) =>
        Entity = Entity with { Outcome = EntityOutcome.Failed, Code = code, Text = text };
}
