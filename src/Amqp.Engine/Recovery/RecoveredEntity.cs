using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

/// <summary>What a recovery did with one entity. Immutable.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name: of an exchange or a queue as it was before the recovery, "source → destination (key)"
/// of a binding, "channel n" by the owner's number, a consumer's tag.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Code">The broker's reply code when it refused; otherwise <see cref="ReplyCode.Success"/>.</param>
/// <param name="Text">Why it failed, or the new name of a queue that the broker names; otherwise empty.</param>
public sealed record RecoveredEntity(
    EntityKind Kind,
    string Name,
    EntityOutcome Outcome,
    ReplyCode Code = ReplyCode.Success,
    string Text = "")
{
    /// <summary>Whether trying again later may help: a queue that is locked by a connection which the broker has not
    /// missed yet (405), a queue whose node is down or an entity that another client declares (404), a consumer that
    /// is still the exclusive one (403 on a consumer), too little memory or disk (506), or too few channels.</summary>
    public bool IsTransient => Outcome == EntityOutcome.Failed
        && (Code is ReplyCode.ResourceLocked or ReplyCode.NotFound or ReplyCode.ResourceError
            || (Code == ReplyCode.AccessRefused && Kind == EntityKind.Consumer));

    /// <summary>Renders the entity on one line.</summary>
    /// <returns>Such as <c>Queue orders: Failed, 406 PRECONDITION_FAILED - …</c>.</returns>
    public override string ToString() => (Code == ReplyCode.Success, Text.Length == 0) switch
    {
        (true, true) => $"{Kind} {Name}: {Outcome}",
        (true, false) => $"{Kind} {Name}: {Outcome}, {Text}",
        _ => $"{Kind} {Name}: {Outcome}, {(ushort)Code} {Text}",
    };
}
