using Amqp.Engine.Base;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Async;

/// <summary>
/// One run of asynchronous code in virtual time. The loop is itself an item of the thread pool that queues itself
/// again,
/// and lets the next thing happen only when nothing else waits for the pool.
/// </summary>
internal sealed class AsyncWorld : IThreadPoolWorkItem
{
    /// <summary>So many turns without a happening mean that others never let the pool come to rest.</summary>
    private const int MostIdleTurns = 10_000_000;

    private readonly Func<SimContext, Task> _body;
    private readonly SimOptions _options;
    private readonly TaskCompletionSource<SimOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EscapeDetector _escapes;
    private readonly SimContext _context;
    private WorkerThread? _worker;
    private Task? _main;
    private Task? _ending;
    private SimVerdict _verdict = SimVerdict.Passed;
    private string? _problem;
    private Exception? _error;
    private long _happenings;
    private int _idleTurns;
    private MonoTime _endedAt;

    public AsyncWorld(SimScenario scenario, Func<SimContext, Task> body, SimOptions options, bool isGuarded)
    {
        _body = body;
        _options = options;
        IsGuarded = isGuarded;
        _escapes = new EscapeDetector(() => _worker is null || _worker.IsCurrent);
        Clock = new VirtualTimeProvider(options.Start) { Entered = _escapes.Enter };
        Scenario = scenario;
        _context = new SimContext(this, scenario, options);
    }

    public SimScenario Scenario { get; }

    public VirtualTimeProvider Clock { get; }

    public SimTrace Trace { get; } = new();

    public bool IsGuarded { get; }

    /// <summary>Starts on the pool, with no synchronization context and an execution context of its own.</summary>
    public Task<SimOutcome> StartAsync()
    {
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return _done.Task;
    }

    /// <summary>Runs to the end on the caller's thread, which alone belongs to the world.</summary>
    public SimOutcome RunHere()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            ExecutionContext.Run(ExecutionContext.Capture()!, static state => ((AsyncWorld)state!).Begin(), this);
            while (!Turn())
            {
                // Each turn lets one thing happen.
            }

            return Outcome();
        }
        finally
        {
            _worker?.Dispose();
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public void Enter(string entry) => _escapes.Enter(entry);

    public void Note(TraceKind kind, TraceLane lane, int connection, string text) =>
        Trace.Add(Clock.Now, kind, lane, connection, text);

    void IThreadPoolWorkItem.Execute()
    {
        if (_worker is null)
        {
            ExecutionContext.Run(ExecutionContext.Capture()!, static state => ((AsyncWorld)state!).Begin(), this);
        }

        _worker!.Progress();
        if (ThreadPool.PendingWorkItemCount > 0 && ++_idleTurns < MostIdleTurns)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        bool isOver = _idleTurns >= MostIdleTurns
            ? Give(SimVerdict.Stuck, "the thread pool never came to rest: something keeps queueing work")
            : Turn();
        _idleTurns = 0;
        if (isOver)
        {
            _worker.Dispose();
            _done.TrySetResult(Outcome());
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Begin()
    {
        _worker = new WorkerThread(_options.BlockedAfter, OnBusy);
        _escapes.Mark();
        _context.Begin();
        _main = RunBodyAsync();
    }

    private async Task RunBodyAsync()
    {
        await _body(_context).ConfigureAwait(false);
    }

    /// <summary>Lets the next thing happen; true when the world is over.</summary>
    private bool Turn()
    {
        try
        {
            _context.FollowBroker();
            return _ending is null ? TurnOfBody() : TurnOfEnding();
        }
        catch (Exception error)
        {
            return Give(SimVerdict.Failed, $"a timer's callback threw: {error.Message}", error);
        }
    }

    private bool TurnOfBody()
    {
        if (_escapes.First is { } escape)
        {
            Give(SimVerdict.Escaped, Explain(escape));
        }
        else if (_main!.IsCompleted)
        {
            TakeResult(_main);
        }
        else if (_happenings >= _options.MaxHappenings || IsTooLate)
        {
            GiveTooLong();
        }
        else if (Clock.FireNext())
        {
            _happenings++;
            return false;
        }
        else if (_escapes.WaitForFirst() is { } late)
        {
            Give(SimVerdict.Escaped, Explain(late));
        }
        else
        {
            GiveStuck("Nothing is due any more");
        }

        _endedAt = Clock.Now;
        _ending = _context.EndAsync();
        return false;
    }

    private bool IsTooLate =>
        Clock.NextDue != MonoTime.Never && Clock.NextDue - MonoTime.Zero > _options.Limit;

    /// <summary>What was made in the world is put away, in virtual time as well, but not for ever.</summary>
    private bool TurnOfEnding()
    {
        const long Most = 100_000;
        return _ending!.IsCompleted || _happenings++ > _options.MaxHappenings + Most || !Clock.FireNext();
    }

    private void TakeResult(Task main)
    {
        if (main.IsCompletedSuccessfully)
        {
            return;
        }

        Exception error = main.Exception?.InnerException ?? new TaskCanceledException(main);
        if (_worker!.WasInterrupted)
        {
            Give(
                SimVerdict.Blocked,
                $"the simulation's only thread was blocked for {_options.BlockedAfter.TotalSeconds:0.#} s of real time"
                + $"{EscapeDetector.FirstFrameOf(error)}. Await instead of .Result, .Wait() or a blocking lock. It "
                + $"waited here:\n{error.StackTrace}",
                error);
        }
        else
        {
            Give(SimVerdict.Failed, $"{error.GetType().Name}: {error.Message}", error);
        }
    }

    private void GiveTooLong()
    {
        string at = AwaitChain.Describe(_main!);
        if (AwaitChain.IsOutside(at))
        {
            GiveStuck("Only heartbeats and the like go on");
            return;
        }

        Give(
            SimVerdict.TooLong,
            $"the code did not end within {_options.Limit} of virtual time and {_options.MaxHappenings} happenings; it "
            + $"waits in {at}. If what it waits for is outside the simulation (a real timer, socket, file or thread), "
            + "it is stuck, and only heartbeats and the like go on.");
    }

    private void GiveStuck(string why) => Give(
        SimVerdict.Stuck,
        $"STUCK: awaiting something outside the simulation. {why}, and the code waits in "
        + $"{AwaitChain.Describe(_main!)}. Timers must come from the world's TimeProvider, connections from its "
        + "connector, and nothing may wait for real sockets, files, timers or threads.");

    private bool Give(SimVerdict verdict, string problem, Exception? error = null)
    {
        if (_verdict == SimVerdict.Passed)
        {
            (_verdict, _problem, _error) = (verdict, problem, error);
        }

        return true;
    }

    private string Explain(string escape) =>
        $"code of the world left its thread: {escape}. It waits in {AwaitChain.Describe(_main!)}. "
        + (IsGuarded
            ? "In guarded mode nothing may go through the thread pool: no Task.Run or Task.Yield, no "
                + "RunContinuationsAsynchronously, no SemaphoreSlim, no Channel without AllowSynchronousContinuations. "
                + $"Run the world with {nameof(SimMode)}.{nameof(SimMode.OneWorker)} in a process of its own to allow "
                + "these."
            : "Threads of one's own, real timers and blocking dispatchers are outside the simulation.");

    /// <summary>On the watchdog's thread: the worker computes for ever, so nobody else can end the run.</summary>
    private void OnBusy()
    {
        string problem = "the simulation's only thread has been busy without a pause for "
            + $"{(_options.BlockedAfter * 15).TotalSeconds:0} s of real time, in code that never awaits";
        SimHost.Spoil("an earlier world has taken its only thread for good: " + problem);
        Give(SimVerdict.Blocked, problem);
        _done.TrySetResult(Outcome());
    }

    private SimOutcome Outcome()
    {
        _context.FollowBroker();
        string[] unreached = _context.Faults.Unreached();
        if (_context.Leaks is { } leaks && !_options.AllowLeaks)
        {
            Give(SimVerdict.Leaked, leaks);
        }

        if (unreached.Length > 0 && !_options.AllowUnreached)
        {
            Give(
                SimVerdict.NotReached,
                "these faults were set and never happened, so the run shows nothing about them: "
                + string.Join("; ", unreached));
        }

        return new SimOutcome
        {
            Scenario = Scenario,
            Verdict = _verdict,
            Problem = _problem,
            Error = _error,
            Trace = Trace,
            NotReached = [.. unreached],
            Duration = (_ending is null ? Clock.Now : _endedAt) - MonoTime.Zero,
            Happenings = _happenings,
        };
    }
}
