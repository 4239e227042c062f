using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// W8: two sides that keep to the protocol never accuse each other of breaking it. An open session ends for a violation
/// only where somebody sent bytes that the broker had not written, and no broker calls a client's frames malformed.
/// </summary>
internal sealed class ViolationAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private bool _isHostile;

    public IReadOnlyList<string> Failures => _failures;

    public void OnCommand(CommandRecord command)
    {
    }

    public void OnFault(BrokerFault fault, bool happened) => _isHostile |= fault is SendBytes;

    public void OnEvent(EventRecord e)
    {
        if (e is not { Kind: EventKind.SessionClosed, Reason: { } reason } || _isHostile)
        {
            return;
        }

        if (reason is { Kind: SessionEndKind.ProtocolViolation, During: >= ConnectionState.Open })
        {
            _failures.Add($"W8 the session found a violation, and nobody was hostile: {reason}");
        }
        else if (reason is { Kind: SessionEndKind.ClosedByPeer, Code: ReplyCode.FrameError or ReplyCode.SyntaxError })
        {
            _failures.Add($"W8 the broker could not read what the session wrote: {reason}");
        }
    }

    public void OnEnd(bool closed)
    {
    }
}
