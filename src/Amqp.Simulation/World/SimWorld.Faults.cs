using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

// The faults of the scenario, and their end.
public sealed partial class SimWorld
{
    private readonly bool[] _reached;
    private readonly bool _watchesCuts;
    private readonly List<(Cut Cut, int Index)> _waitingCuts = [];
    private readonly Dictionary<Cut, int> _cutIndexes = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(ConnectFailure Failure, int Index)> _connectFailures = new();
    private MonoTime _partedUntil = new(long.MinValue);
    private int _downs;

    private void PlanFaults()
    {
        for (int i = 0; i < _scenario.Faults.Length; i++)
        {
            TimeSpan at = _scenario.Faults[i].At;
            if (at <= TimeSpan.Zero)
            {
                // Before the first connection, so that the fault meets it from its first byte on.
                Inject(i);
            }
            else
            {
                Schedule(MonoTime.Zero + at, new Happening(HappeningKind.Fault, Index: i));
            }
        }
    }

    private void Inject(int index)
    {
        BrokerFault fault = _scenario.Faults[index].Fault;
        if (_phase != WorldPhase.Faulty)
        {
            return;
        }

        try
        {
            bool isReached = ApplyHere(fault, index) ?? _broker.Inject(fault, _brokerClock.At(_now));
            _reached[index] |= isReached;
            _recorder.Fault(index, fault);
        }
        catch (BrokerControlException e)
        {
            // It names a queue or a connection that is not there (any more): nothing has happened.
            _recorder.Fault(index, fault, e.Message);
        }

        _audit.OnFault(fault, _reached[index]);
        FlushBroker();
    }

    /// <summary>Whether it has happened; null for a fault that is the core's.</summary>
    private bool? ApplyHere(BrokerFault fault, int index)
    {
        switch (fault)
        {
            case CutNextConnection next:
                _waitingCuts.Add((next.Cut, index));
                return false;
            case CutConnection cut:
                return SetCuts(Chosen(cut.Connection), cut.Cut, index);
            case FreezeConnection freeze:
                return Hold(Chosen(freeze.Connection), null, MonoTime.Never);
            case ThawConnection thaw:
                return Release(Chosen(thaw.Connection), null);
            case ClogLink clog:
                return Hold(Open(_connections), clog.Direction, _now + clog.For);
            case HoldLink hold:
                return Hold(Open(_connections), hold.Direction, MonoTime.Never);
            case ReleaseLink release:
                return Release(Open(_connections), release.Direction);
            case PartitionNetwork partition:
                _partedUntil = Later(_partedUntil, _now + partition.For);
                Mark(WorldMark.Parted);
                Hold(Open(_connections), partition.Direction, _partedUntil);
                return true;
            case FailConnects fail:
                for (int i = 0; i < fail.Count; i++)
                {
                    _connectFailures.Enqueue((fail.Failure, index));
                }

                return false;
            case StepClock step:
                StepClock(step);
                return true;
            case RestartBroker restart:
                return TakeDown(restart.Downtime, isCrash: false, losesUnconfirmed: false);
            case CrashBroker crash:
                return TakeDown(crash.Downtime, isCrash: true, crash.LosesUnconfirmed);
            default:
                return null;
        }
    }

    private void StepClock(StepClock step)
    {
        Mark(WorldMark.ClockStepped);
        (step.OfBroker ? _brokerClock : _clientClock).Step(step.By);
        if (step.OfBroker)
        {
            _brokerArmedFor = MonoTime.Never;
            ArmBroker();
        }
        else
        {
            foreach (WorldClient client in _clients)
            {
                if (client.Current is { } connection)
                {
                    client.Audit.Silence.OnJump();
                    connection.ArmedFor = MonoTime.Never;
                    ArmSession(connection);
                }
            }
        }
    }

    private List<SimConnection> Chosen(ulong? number)
    {
        List<SimConnection> open = Open(_connections);
        if (number is null)
        {
            return open;
        }

        SimConnection? chosen = open.Find(each => each.Broker!.Number == number);
        return chosen is null ? throw new BrokerControlException($"no connection {number}") : [chosen];
    }

    private static List<SimConnection> Open(List<SimConnection> connections) =>
        connections.FindAll(static each => each is { Broker.WantsClose: false, IsClientClosed: false });

    private bool SetCuts(List<SimConnection> connections, Cut cut, int index)
    {
        foreach (SimConnection connection in connections)
        {
            SetCut(connection, cut, index);
        }

        return _reached[index];
    }

    private void SetWaitingCuts(SimConnection connection)
    {
        (Cut Cut, int Index)[] waiting = [.. _waitingCuts];
        _waitingCuts.Clear();
        foreach ((Cut cut, int index) in waiting)
        {
            SetCut(connection, cut, index);
        }
    }

    private void SetCut(SimConnection connection, Cut cut, int index)
    {
        _cutIndexes[cut] = index;
        connection.Link.OnCut ??= OnCut;
        if (cut is CutAtTime { After: var after } && after > TimeSpan.Zero)
        {
            Schedule(_now + after, new Happening(HappeningKind.Cut, connection, Index: index, Cut: cut));
        }
        else
        {
            connection.Link.Add(cut, _now);
        }
    }

    private void Cut(SimConnection connection, Cut cut, int index)
    {
        if (_phase == WorldPhase.Faulty && !connection.IsClientClosed)
        {
            connection.Link.Add(cut, _now);
            FlushBroker();
        }
    }

    private void OnCut(Cut cut)
    {
        int index = _cutIndexes.GetValueOrDefault(cut, -1);
        if (index >= 0)
        {
            _reached[index] = true;
        }

        _recorder.Fault(index, cut);
        Mark(cut.Kind switch
        {
            CutKind.Fin => WorldMark.CutByFin,
            CutKind.Reset => WorldMark.CutByReset,
            CutKind.Silent => WorldMark.CutBySilence,
            _ => WorldMark.CutOneWay,
        });
        if (cut is CutAtPlace)
        {
            Mark(WorldMark.CutAtPlace);
        }
    }

    private bool Hold(List<SimConnection> connections, LinkDirection? direction, MonoTime until)
    {
        foreach (SimConnection connection in connections)
        {
            Mark(WorldMark.Held);
            connection.Link.Hold(direction, until);
        }

        return connections.Count > 0;
    }

    private bool Release(List<SimConnection> connections, LinkDirection? direction)
    {
        connections.ForEach(each => each.Link.Release(direction, _now));
        return connections.Count > 0;
    }

    private ConnectFailure? TakeConnectFailure()
    {
        if (_connectFailures.TryDequeue(out (ConnectFailure Failure, int Index) planned))
        {
            _reached[planned.Index] = true;
            return planned.Failure;
        }

        return !_broker.IsRunning ? ConnectFailure.Refused : _now < _partedUntil ? ConnectFailure.Hangs : null;
    }

    private bool TakeDown(TimeSpan downtime, bool isCrash, bool losesUnconfirmed)
    {
        if (!_broker.IsRunning)
        {
            return false;
        }

        _broker.Elapse(_brokerClock.At(_now));
        Mark(isCrash ? WorldMark.Crashed : WorldMark.Restarted);
        if (isCrash)
        {
            foreach (SimConnection connection in Open(_connections))
            {
                connection.Link.CutNow(CutKind.Reset, LinkDirection.ToBroker, _now);
            }

            _broker.Crash(losesUnconfirmed);
        }
        else
        {
            _broker.Stop();
        }

        _downs++;
        if (downtime <= TimeSpan.Zero)
        {
            BringUp(_downs);
        }
        else
        {
            Schedule(_now + downtime, new Happening(HappeningKind.BrokerUp, Index: _downs));
        }

        return true;
    }

    private void BringUp(int down)
    {
        // Whoever took the broker down since decides when it comes back.
        if (down == _downs && !_broker.IsRunning)
        {
            _broker.Start();
            FlushBroker();
        }
    }

    /// <summary>Ends every fault, and all that a fault left behind in the network.</summary>
    private void Heal()
    {
        _phase = WorldPhase.Healed;
        Progress();
        _recorder.World(WorldMark.HealedByTime, _happenings);
        _waitingCuts.Clear();
        _connectFailures.Clear();
        _partedUntil = new MonoTime(long.MinValue);
        _broker.Start();
        BrokerFault[] ends =
        [
            new ResumeConfirms(), new NackPublishes(0), new ReturnPublishes(0), new MemoryAlarm(false),
            new DiskAlarm(false),
        ];
        foreach (BrokerFault end in ends)
        {
            _broker.Inject(end, _brokerClock.At(_now));
        }

        foreach (SimConnection connection in _connections)
        {
            connection.Link.ForgetCuts();
            connection.Link.EndSilence(_now);
            connection.Link.Release(null, _now);
        }

        FlushBroker();
    }

    private static MonoTime Later(MonoTime a, MonoTime b) => a > b ? a : b;
}
