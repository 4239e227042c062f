using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Async;

/// <summary>Makes faults happen in a world, and knows which of them never did.</summary>
internal sealed class FaultPlan(SimContext context, AsyncWorld world)
{
    private readonly List<(string Text, object Fault)> _waiting = [];

    public string[] Unreached => [.. _waiting.Select(static each => each.Text)];

    public void Begin(SimScenario scenario)
    {
        foreach (PlannedFault planned in scenario.Faults)
        {
            Set(planned);
        }
    }

    /// <summary>Sets a fault for a time from the start of the world; one of the past is set at once.</summary>
    public void Set(PlannedFault planned)
    {
        if (MonoTime.Zero + planned.At <= world.Clock.Now)
        {
            Set(planned.Fault);
            return;
        }

        var waiting = (FormattableString.Invariant($"{planned.Fault} at {planned.At}"), planned);
        _waiting.Add(waiting);
        world.Clock.Schedule(MonoTime.Zero + planned.At, () =>
        {
            if (_waiting.Remove(waiting))
            {
                Set(planned.Fault);
            }
        });
    }

    /// <summary>A cut has happened.</summary>
    public void Happened(object fault) => _waiting.RemoveAll(each => ReferenceEquals(each.Fault, fault));

    public void Heal()
    {
        _waiting.Clear();
        context.Network.Heal();
        if (context.Broker.IsDown)
        {
            context.Broker.StartUp();
        }

        BrokerFault[] ends =
        [
            new MemoryAlarm(false), new DiskAlarm(false), new NackPublishes(0), new ReturnPublishes(0),
            new ResumeConfirms(), new ThawConnection(null),
        ];
        foreach (BrokerFault end in ends)
        {
            context.Broker.Inject(end);
        }

        world.Note(TraceKind.Fault, TraceLane.Link, 0, "all faults end");
    }

    private void Set(BrokerFault fault)
    {
        world.Trace.Add(new TraceEvent(
            world.Clock.Now,
            TraceKind.Fault,
            TraceLane.Link,
            0,
            OneLine.Of("set: " + Describe(fault)),
            ReadOnlyMemory<byte>.Empty)
        {
            Until = LengthOf(fault) is { } length ? world.Clock.Now + length : null,
        });
        switch (fault)
        {
            case CutConnection cut:
                Wait(cut.Cut);
                context.Network.Cut(cut.Connection, cut.Cut);
                break;
            case CutNextConnection next:
                Wait(next.Cut);
                context.Network.CutNext(next.Cut);
                break;
            case ClogLink clog:
                context.Network.Hold(clog.Direction, clog.For);
                break;
            case HoldLink hold:
                context.Network.Hold(hold.Direction, null);
                break;
            case ReleaseLink release:
                context.Network.Release(release.Direction);
                break;
            case PartitionNetwork part:
                context.Network.Part(part.Direction, part.For);
                break;
            case StepClock step:
                context.Step(step);
                break;
            case FailConnects fail:
                _waiting.Add((fail.ToString(), fail));
                context.Network.Fail(fail);
                break;
            default:
                Inject(fault);
                break;
        }
    }

    private void Wait(Cut cut) => _waiting.Add(($"cut {FaultText.Write(cut)}", cut));

    private void Inject(BrokerFault fault)
    {
        try
        {
            context.Broker.Inject(fault);
        }
        catch (BrokerControlException refusal)
        {
            _waiting.Add(($"{Describe(fault)} ({refusal.Message})", fault));
            world.Note(TraceKind.Fault, TraceLane.Link, 0, $"cannot happen: {refusal.Message}");
        }
    }

    private static TimeSpan? LengthOf(BrokerFault fault) => fault switch
    {
        ClogLink clog => clog.For,
        PartitionNetwork part => part.For,
        RestartBroker restart => restart.Downtime,
        CrashBroker crash => crash.Downtime,
        _ => null,
    };

    private static string Describe(BrokerFault fault)
    {
        try
        {
            return FaultText.Write(fault);
        }
        catch (FormatException)
        {
            return fault.ToString();
        }
    }
}
