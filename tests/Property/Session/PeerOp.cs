using Amqp.Property.Generators;

namespace Amqp.Property.Session;

/// <summary>What one operation of a <see cref="PeerScript"/> does.</summary>
public enum PeerOpKind
{
    OpenChannel,
    CloseChannel,
    Call,
    ConfirmSelect,
    Publish,
    UpdateSecret,
    Close,
    Answer,
    AnswerAll,
    Settle,
    Deliver,
    PeerClosesChannel,
    PeerBlocks,
    PeerBeats,
    PeerBreaksRules,
    PeerCloses,
    TimePasses,
    LongTimePasses,
    StreamEnds,
}

/// <summary>One operation of a <see cref="PeerScript"/>.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="A">Mostly: on which channel, counted among those ever opened.</param>
/// <param name="B">Which variant, how many, how long.</param>
public readonly record struct PeerOp(PeerOpKind Kind, int A, int B)
{
    // The ends are rare, so that most scripts have a life before them.
    private static readonly (PeerOpKind Kind, int Weight)[] Weights =
    [
        (PeerOpKind.OpenChannel, 10), (PeerOpKind.CloseChannel, 5), (PeerOpKind.Call, 14),
        (PeerOpKind.ConfirmSelect, 4),
        (PeerOpKind.Publish, 8), (PeerOpKind.UpdateSecret, 2), (PeerOpKind.Close, 2), (PeerOpKind.Answer, 12),
        (PeerOpKind.AnswerAll, 10), (PeerOpKind.Settle, 5), (PeerOpKind.Deliver, 5), (PeerOpKind.PeerClosesChannel, 4),
        (PeerOpKind.PeerBlocks, 2), (PeerOpKind.PeerBeats, 4), (PeerOpKind.PeerBreaksRules, 1),
        (PeerOpKind.PeerCloses, 1),
        (PeerOpKind.TimePasses, 8), (PeerOpKind.LongTimePasses, 1), (PeerOpKind.StreamEnds, 1),
    ];

    private static readonly int Total = Weights.Sum(w => w.Weight);

    /// <summary>A random operation.</summary>
    public static PeerOp Make(Draw draw)
    {
        int at = draw.Int(0, Total - 1);
        int i = 0;
        while (at >= Weights[i].Weight)
        {
            at -= Weights[i++].Weight;
        }

        return new PeerOp(Weights[i].Kind, draw.Int(0, 5), draw.Int(0, 1000));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}({A},{B})";
}
