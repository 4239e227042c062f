using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Amqp.Simulation.Async;

/// <summary>
/// Sees code of a world that goes on on another thread. The world marks its execution context, which code carries
/// along;
/// the runtime tells whenever that context enters a thread.
/// </summary>
internal sealed class EscapeDetector
{
    private static readonly AsyncLocal<EscapeDetector?> s_mark = new(OnMark);

    /// <summary>Real time in which another thread may begin to run what was handed to it; spent only when a world has
    /// come to a stop.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _seen = new();
    private readonly Lock _gate = new();
    private readonly Func<bool> _isHome;
    private string? _first;

    public EscapeDetector(Func<bool> isHome) => _isHome = isHome;

    /// <summary>What escaped first, with its stack; null when nothing did.</summary>
    public string? First
    {
        get
        {
            lock (_gate)
            {
                return _first;
            }
        }
    }

    /// <summary>Where an exception was thrown, as the end of a sentence.</summary>
    public static string FirstFrameOf(Exception error) =>
        FirstUserFrame(new StackTrace(error, fNeedFileInfo: true)) is { } frame ? $"; first frame: {frame}" : "";

    /// <summary>As <see cref="First"/>, but gives other threads a moment to begin.</summary>
    public string? WaitForFirst()
    {
        _seen.Wait(s_patience);
        return First;
    }

    /// <summary>True while the caller belongs to a world.</summary>
    public static bool IsInWorld => s_mark.Value is not null;

    /// <summary>Marks the current execution context.</summary>
    public void Mark() => s_mark.Value = this;

    /// <summary>Called where code enters the world's clock, connector or context.</summary>
    public void Enter(string entry)
    {
        if (!_isHome())
        {
            Note($"{entry} was called", new StackTrace(1, fNeedFileInfo: true));
        }
    }

    private static void OnMark(AsyncLocalValueChangedArgs<EscapeDetector?> change)
    {
        if (change.ThreadContextChanged && change.CurrentValue is { } detector && !detector._isHome())
        {
            detector.Note("its code went on", new StackTrace(1, fNeedFileInfo: true));
        }
    }

    private void Note(string what, StackTrace stack)
    {
        lock (_gate)
        {
            // A later stack is better when the first had no frame of the user's.
            if (_first is null || !_first.Contains("first frame", StringComparison.Ordinal))
            {
                string? frame = FirstUserFrame(stack);
                _first = $"{what} on thread {Environment.CurrentManagedThreadId}"
                    + (frame is null ? "" : $"; first frame: {frame}");
            }

            _seen.Set();
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2026", Justification = "A frame that cannot be named is left out of the report.")]
    private static string? FirstUserFrame(StackTrace stack)
    {
        foreach (StackFrame frame in stack.GetFrames())
        {
            MethodBase? method = frame.GetMethod();
            string space = method?.DeclaringType?.Namespace ?? "";
            bool isPlatform = method is null || space == "System"
                || space.StartsWith("System.", StringComparison.Ordinal)
                || space.StartsWith("Microsoft.", StringComparison.Ordinal)
                || space.StartsWith("Amqp.Simulation", StringComparison.Ordinal);
            if (!isPlatform)
            {
                string name = AwaitChain.NameOf(method!.DeclaringType!, method.Name);
                int line = frame.GetFileLineNumber();
                return line > 0
                    ? FormattableString.Invariant($"{name} at {Path.GetFileName(frame.GetFileName())}:{line}")
                    : name;
            }
        }

        return null;
    }
}
