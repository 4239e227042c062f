#pragma warning disable RS0030 // The one place that makes threads: what the driver blocks on must not block the pool.

using System.Runtime.InteropServices;

namespace Amqp.Transport.Drive;

/// <summary>Threads for work that blocks. They are kept for a moment after their work, since a connection that ends is
/// often followed by another.</summary>
internal static class OwnThread
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private static readonly Stack<Seat> Idle = new();

    [ThreadStatic]
    private static bool t_isFinishing;

    [ThreadStatic]
    private static Action? t_next;

    /// <summary>Runs work on a thread that is not of the pool.</summary>
    /// <param name="work">Must not throw.</param>
    public static void Run(Action work)
    {
        Seat? seat;
        lock (Idle)
        {
            if (Idle.TryPop(out seat))
            {
                seat.Work = work;
                seat.IsTaken = true;
            }
        }

        if (seat is not null)
        {
            lock (seat)
            {
                Monitor.Pulse(seat);
            }

            return;
        }

        var thread = new Thread(static state => Serve((Action)state!)) { IsBackground = true, Name = "amqp" };
        thread.UnsafeStart(work);
    }

    /// <summary>Runs the last part of a work on the current thread, one of these. What that starts with
    /// <see cref="RunAfter"/> goes on on this thread, which saves waking another one.</summary>
    public static void Finish(Action last)
    {
        t_isFinishing = true;
        try
        {
            last();
        }
        finally
        {
            t_isFinishing = false;
        }
    }

    /// <summary>As <see cref="Run"/>, on the current thread once it has done with a <see cref="Finish"/> that it is
    /// in.</summary>
    public static void RunAfter(Action work)
    {
        if (t_isFinishing && t_next is null)
        {
            t_next = work;
        }
        else
        {
            Run(work);
        }
    }

    /// <summary>Lets the current thread, one of these, wait.</summary>
    public static void Sleep(TimeSpan time) => Thread.Sleep(time);

    /// <summary>Whether the system has naps.</summary>
    public static bool CanNap => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Lets the current thread, one of these, wait for less than a millisecond, which the runtime's own means
    /// cannot.</summary>
    public static void Nap(TimeSpan time) => _ = SleepMicroseconds((uint)time.TotalMicroseconds);

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SleepMicroseconds(uint time);

    private static void Serve(Action work)
    {
        var seat = new Seat { Work = work };
        do
        {
            seat.Work();
            seat.Work = static () => { };
            while (t_next is { } next)
            {
                t_next = null;
                next();
            }
        }
        while (WaitForWork(seat));
    }

    private static bool WaitForWork(Seat seat)
    {
        lock (Idle)
        {
            seat.IsTaken = false;
            Idle.Push(seat);
        }

        lock (seat)
        {
            if (!Volatile.Read(ref seat.IsTaken))
            {
                Monitor.Wait(seat, Kept);
            }
        }

        lock (Idle)
        {
            if (seat.IsTaken)
            {
                return true;
            }

            Remove(seat);
            return false;
        }
    }

    private static void Remove(Seat seat)
    {
        Seat[] others = [.. Idle.Where(other => other != seat).Reverse()];
        Idle.Clear();
        foreach (Seat other in others)
        {
            Idle.Push(other);
        }
    }

    private sealed class Seat
    {
        public bool IsTaken;

        public required Action Work { get; set; }
    }
}
