using Amqp.Property.Generators;
using Amqp.Transport;

namespace Amqp.Integration.Transport;

/// <summary>What one operation of a <see cref="PublishGateScript"/> does.</summary>
internal enum GateOpKind
{
    Publish,
    Ack,
    AckMultiple,
    Nack,
    Block,
    Unblock,
    StopFlow,
    StartFlow,
    Barrier,
}

/// <summary>One operation.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Value">Which outstanding publish, or how long a body.</param>
internal readonly record struct GateOp(GateOpKind Kind, int Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}({Value})";
}

/// <summary>A publisher on one channel, and what holds it up, as data.</summary>
/// <param name="Window">How many publishes may be unconfirmed.</param>
/// <param name="Confirms">Whether the channel confirms.</param>
/// <param name="Policy">What is done while blocked.</param>
/// <param name="Ops">What happens.</param>
internal sealed record PublishGateScript(int Window, bool Confirms, BlockedPolicy Policy, GateOp[] Ops)
{
    /// <summary>A script of the given operations; publishes and barriers come on top.</summary>
    public static PublishGateScript Make(Draw draw, bool confirms, params GateOpKind[] kinds)
    {
        GateOpKind[] all =
            [.. kinds, .. Enumerable.Repeat(GateOpKind.Publish, 4), GateOpKind.Barrier];
        return new PublishGateScript(
            draw.Int(1, 6),
            confirms,
            draw.Int(0, 2) switch
            {
                0 => BlockedPolicy.Wait,
                1 => BlockedPolicy.Fail,
                _ => BlockedPolicy.Buffer(draw.Int(1, 4) * (BlockedPolicy.BytesPerMessage + 10)),
            },
            draw.List(draw.Int(3, 25), () => new GateOp(draw.Pick(all), draw.Int(0, 20))));
    }

    /// <summary>Shorter scripts.</summary>
    public static IEnumerable<PublishGateScript> Shrink(PublishGateScript script) =>
        Support.AsyncProps.Shorter(script.Ops).Select(ops => script with { Ops = ops });

    /// <inheritdoc/>
    public override string ToString() =>
        $"window {Window}, confirms {Confirms}, {Policy.Action} {Policy.MaxBytes}: {string.Join("; ", Ops)}";
}
