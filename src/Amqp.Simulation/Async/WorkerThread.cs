// The simulation's only thread must be watched from outside of it, in real time: a world that blocks it can no longer
// say so itself.
#pragma warning disable RS0030
using System.Diagnostics;

namespace Amqp.Simulation.Async;

/// <summary>
/// The thread a world runs on, and a second one that watches it. When the first is blocked in a wait it is interrupted,
/// which makes it throw where it waits: so the failure has the stack of the very line that blocks.
/// </summary>
internal sealed class WorkerThread : IDisposable
{
    private const int BusyFactor = 15;

    private readonly Thread _worker = Thread.CurrentThread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly TimeSpan _blockedAfter;
    private readonly Action _onBusy;
    private long _progress;

    public WorkerThread(TimeSpan blockedAfter, Action onBusy)
    {
        _blockedAfter = blockedAfter;
        _onBusy = onBusy;
        var watcher = new Thread(Watch) { IsBackground = true, Name = "amqp-sim watchdog" };
        watcher.UnsafeStart();
    }

    /// <summary>True when the caller runs on a thread of the pool.</summary>
    public static bool IsOfPool => Thread.CurrentThread.IsThreadPoolThread;

    public int Id => _worker.ManagedThreadId;

    /// <summary>True once the thread was interrupted because it waited too long.</summary>
    public bool WasInterrupted { get; private set; }

    public bool IsCurrent => Environment.CurrentManagedThreadId == Id;

    /// <summary>Called by the world at each turn of its loop.</summary>
    public void Progress() => Volatile.Write(ref _progress, _progress + 1);

    public void Dispose() => _stop.Set();

    private void Watch()
    {
        long last = -1;
        long since = Stopwatch.GetTimestamp();
        TimeSpan pause = _blockedAfter / 4;
        while (!_stop.Wait(pause))
        {
            long now = Volatile.Read(ref _progress);
            if (now != last)
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
                continue;
            }

            TimeSpan still = Stopwatch.GetElapsedTime(since);
            bool isWaiting = (_worker.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0;
            if (still > _blockedAfter && isWaiting && !WasInterrupted)
            {
                WasInterrupted = true;
                _worker.Interrupt();
            }
            else if (still > _blockedAfter * BusyFactor)
            {
                _onBusy();
                return;
            }
        }
    }
}
