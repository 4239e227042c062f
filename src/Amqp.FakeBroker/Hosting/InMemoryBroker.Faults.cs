using System.Net.Sockets;
using Amqp.FakeBroker.Faults;
using Amqp.FakeBroker.Hosting;
using Amqp.FakeBroker.Journal;

namespace Amqp.FakeBroker;

/// <content>Faults.</content>
public sealed partial class InMemoryBroker
{
    /// <summary>Makes a fault happen, or sets one that waits for its moment.</summary>
    /// <param name="fault">The fault.</param>
    /// <exception cref="BrokerControlException">It names something that is not there.</exception>
    /// <exception cref="ArgumentException">It is of a kind that this broker does not know.</exception>
    public void Inject(BrokerFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (Gate)
        {
            if (!InjectHere(fault) && !_core.Inject(fault, Now))
            {
                throw new ArgumentException($"this broker cannot do {fault.GetType().Name}", nameof(fault));
            }

            TellWaiting();
        }

        Settle();
    }

    private readonly List<Cut> _nextCuts = [];
    private int _downs;

    /// <summary>True while a restart or a crash keeps the broker from accepting connections.</summary>
    public bool IsDown { get; private set; }

    /// <summary>
    /// Stops the broker in good order, until <see cref="StartUp"/>: connections are closed with 320, ports refuse new
    /// ones, and what is not durable goes.
    /// </summary>
    public void ShutDown()
    {
        lock (Gate)
        {
            _core.Journal.Note(Now, JournalKind.Fault, 0, 0, "shut down");
            _core.Advance(Now);
            _core.Stop();
            GoDown();
            TellWaiting();
        }

        Settle();
    }

    /// <summary>Starts a broker again that was shut down, or that a fault keeps down.</summary>
    public void StartUp()
    {
        lock (Gate)
        {
            _core.Journal.Note(Now, JournalKind.Fault, 0, 0, "start up");
            ComeUp();
            TellWaiting();
        }

        Settle();
    }

    /// <summary>Under the lock: marks a connection as touched, so that the next settling looks at it.</summary>
    internal void Touch(BrokerConnection connection) => _core.MarkDirty(connection);

    /// <summary>Under the lock: notes that a cut happens.</summary>
    internal void Report(BrokerConnection connection, Cut cut) =>
        _core.Journal.Note(Now, JournalKind.Fault, connection.Number, 0, $"{cut.Kind}: {Describe(cut)}");

    /// <summary>Notes what the journal's reader should know about a port.</summary>
    internal void NotePort(int port, string text)
    {
        lock (Gate)
        {
            _core.Journal.Note(Now, JournalKind.Fault, 0, 0, $"port {port}: {text}");
        }
    }

    /// <summary>Notes a mistake of the broker's own and ends the connection that met it.</summary>
    internal void NoteBug(BrokerConnection connection, Exception bug)
    {
        lock (Gate)
        {
            _core.Journal.Note(Now, JournalKind.Fault, connection.Number, 0, $"the broker failed: {bug}");
            connection.FailInternally();
        }
    }

    private static string Describe(Cut cut) => cut switch
    {
        CutAtPlace atPlace => atPlace.Place.ToString(),
        CutAtByte { Direction: LinkDirection.ToBroker } atByte => $"after {atByte.Offset} octets to the broker",
        CutAtByte atByte => $"after {atByte.Offset} octets from the broker",
        CutAtTime atTime => $"after {atTime.After}",
        _ => cut.ToString(),
    };

    private bool InjectHere(BrokerFault fault)
    {
        switch (fault)
        {
            case CutConnection cut:
                foreach (HostedConnection hosted in Hosted(cut.Connection))
                {
                    Set(hosted, cut.Cut);
                }

                return true;
            case CutNextConnection next:
                _nextCuts.Add(next.Cut);
                return true;
            case FreezeConnection freeze:
                Freeze(freeze.Connection, true);
                return true;
            case ThawConnection thaw:
                Freeze(thaw.Connection, false);
                return true;
            case RestartBroker restart:
                Restart(restart.Downtime, isCrash: false);
                return true;
            case CrashBroker crash:
                if (crash.LosesUnconfirmed)
                {
                    _core.LoseUnconfirmed();
                }

                Restart(crash.Downtime, isCrash: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Under the lock: cuts that waited for a connection.</summary>
    private void SetNextCuts(HostedConnection hosted)
    {
        Cut[] cuts = [.. _nextCuts];
        _nextCuts.Clear();
        foreach (Cut cut in cuts)
        {
            Set(hosted, cut);
        }
    }

    private void Set(HostedConnection hosted, Cut cut)
    {
        if (cut is not CutAtTime atTime)
        {
            hosted.Watch(cut);
            return;
        }

        At(Now + atTime.After, () =>
        {
            Report(hosted.Connection, cut);
            hosted.CutNow(cut.Kind, LinkDirection.ToBroker);
        });
        if (atTime.After <= TimeSpan.Zero)
        {
            ElapseTo(Now);
        }
    }

    private void Freeze(ulong? number, bool isFrozen)
    {
        foreach (HostedConnection hosted in Hosted(number))
        {
            _core.Journal.Note(
                Now, JournalKind.Fault, hosted.Connection.Number, 0, isFrozen ? "frozen" : "goes on");
            hosted.Freeze(isFrozen);
        }
    }

    private HostedConnection[] Hosted(ulong? number)
    {
        if (number is null)
        {
            return [.. _hosted];
        }

        HostedConnection? hosted = _hosted.Find(each => each.Connection.Number == number);
        return hosted is null
            ? throw new BrokerControlException($"no connection {number}") { IsNotFound = true }
            : [hosted];
    }

    /// <summary>
    /// Under the lock. The broker goes down, takes what is not durable with it, and its ports come back after a while.
    /// </summary>
    private void Restart(TimeSpan downtime, bool isCrash)
    {
        _core.Journal.Note(Now, JournalKind.Fault, 0, 0, isCrash ? "crash" : "restart");
        HostedConnection[] hosted = [.. _hosted];
        if (isCrash)
        {
            foreach (HostedConnection connection in hosted)
            {
                connection.CutNow(CutKind.Reset, LinkDirection.ToBroker);
            }
        }

        if (isCrash)
        {
            _core.Crash();
        }
        else
        {
            _core.Stop();
        }

        if (downtime <= TimeSpan.Zero)
        {
            ComeUp();
            return;
        }

        GoDown();
        int down = _downs;
        At(Now + downtime, () =>
        {
            // Whoever took the broker down since decides when it comes back.
            if (down == _downs)
            {
                ComeUp();
            }
        });
    }

    private void GoDown()
    {
        IsDown = true;
        _downs++;
        foreach (BrokerTcpListener listener in _listeners)
        {
            _ = listener.CloseAsync();
        }
    }

    private void ComeUp()
    {
        _core.Start();
        if (!IsDown)
        {
            return;
        }

        IsDown = false;
        foreach (BrokerTcpListener listener in _listeners)
        {
            try
            {
                listener.Open();
            }
            catch (SocketException e)
            {
                // Someone else took the port meanwhile. This may run in a timer, where nobody could catch it.
                _core.Journal.Note(Now, JournalKind.Fault, 0, 0, $"port {listener.Port} cannot be opened: {e.Message}");
            }
        }
    }
}
