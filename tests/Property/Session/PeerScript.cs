using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using FsCheck;

namespace Amqp.Property.Session;

/// <summary>A random life of a session as data: what its user does, what the peer does, and how time passes.</summary>
/// <param name="Ops">The operations, in order. At the end the stream ends.</param>
public sealed partial record PeerScript(PeerOp[] Ops)
{
    /// <summary>The reasons of an end that a good mix of scripts must show.</summary>
    public static readonly string[] Endings =
    [
        nameof(SessionEndKind.ClosedByApplication), nameof(SessionEndKind.ClosedByPeer),
        nameof(SessionEndKind.ProtocolViolation), nameof(SessionEndKind.StreamLost),
        nameof(SessionEndKind.HeartbeatTimeout), nameof(SessionEndKind.CloseTimeout), nameof(SessionEndKind.Aborted),
    ];

    /// <summary>Scripts of up to 40 operations.</summary>
    public static Gen<PeerScript> Any { get; } = Gens.From(draw =>
        new PeerScript(draw.List(draw.Int(1, 40), () => PeerOp.Make(draw))));

    /// <summary>Shorter scripts.</summary>
    public static IEnumerable<PeerScript> Shrink(PeerScript script) =>
        PeerKit.Shorter(script.Ops).Select(ops => new PeerScript(ops));

    /// <summary>Plays the script on a session whose handshake is over, and ends the stream.</summary>
    public Result Run()
    {
        var run = new Player();
        foreach (PeerOp op in Ops)
        {
            run.Play(op);
        }

        return run.End();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Ops.Select(op => op.ToString()));

    /// <summary>What became of a script.</summary>
    /// <param name="Peer">The peer, after the end.</param>
    /// <param name="Failures">What the auditors found.</param>
    /// <param name="Calls">How many calls the session accepted.</param>
    public sealed record Result(ScriptedPeer Peer, IReadOnlyList<string> Failures, int Calls);
}
