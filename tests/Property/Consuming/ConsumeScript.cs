using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.Session;
using Amqp.Property.World;
using FsCheck;
using Xunit;

namespace Amqp.Property.Consuming;

/// <summary>What one operation of a <see cref="ConsumeScript"/> does.</summary>
public enum ConsumeOpKind
{
    Publish,
    Consume,
    Cancel,
    Get,
    Read,
    Ack,
    AckMultiple,
    AckAll,
    Nack,
    Drop,
    Reject,
    AckUnknown,
    Lose,
    Restart,
}

/// <summary>One operation.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Client">By which of two clients.</param>
/// <param name="Value">With which of the unsettled deliveries, which prefetch, how many.</param>
public readonly record struct ConsumeOp(ConsumeOpKind Kind, int Client, int Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}({Client},{Value})";
}

/// <summary>Two clients and one durable queue, as data. The player keeps an account of every message and says what
/// breaks a law, each text starting with the law's id.</summary>
public sealed record ConsumeScript(ConsumeOp[] Ops)
{
    private static readonly ConsumeOpKind[] Kinds =
    [
        .. Enum.GetValues<ConsumeOpKind>(), ConsumeOpKind.Publish, ConsumeOpKind.Publish, ConsumeOpKind.Publish,
        ConsumeOpKind.Publish, ConsumeOpKind.Consume, ConsumeOpKind.Get, ConsumeOpKind.Read, ConsumeOpKind.Read,
        ConsumeOpKind.Read, ConsumeOpKind.Ack, ConsumeOpKind.AckMultiple, ConsumeOpKind.Nack,
    ];

    /// <summary>Scripts of up to 60 operations.</summary>
    public static Gen<ConsumeScript> Any { get; } = Gens.From(draw => new ConsumeScript(
        draw.List(draw.Int(5, 60), () => new ConsumeOp(draw.Pick(Kinds), draw.Int(0, 1), draw.Int(0, 30)))));

    /// <summary>Shorter scripts.</summary>
    public static IEnumerable<ConsumeScript> Shrink(ConsumeScript script) =>
        PeerKit.Shorter(script.Ops).Select(ops => new ConsumeScript(ops));

    /// <summary>Plays the script.</summary>
    internal ConsumeAccount Run()
    {
        var account = new ConsumeAccount();
        foreach (ConsumeOp op in Ops)
        {
            account.Play(op);
        }

        account.End();
        return account;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Ops.Select(op => op.ToString()));
}
