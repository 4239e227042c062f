using System.Runtime.CompilerServices;

namespace Amqp.Integration.Support;

/// <summary>Deadlines for everything a test waits for, so that a hang is a failure that names itself.</summary>
internal static class Waiting
{
    /// <summary>The limit that a wait has when the test names none: far above what any passing test needs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Awaits the task, at most for <see cref="Limit"/>.</summary>
    public static Task Within(this Task task, TimeSpan? limit = null) =>
        task.WaitAsync(limit ?? Limit, TimeProvider.System);

    /// <summary>Awaits the task, at most for <see cref="Limit"/>.</summary>
    public static Task<T> Within<T>(this Task<T> task, TimeSpan? limit = null) =>
        task.WaitAsync(limit ?? Limit, TimeProvider.System);

    /// <summary>Awaits the task, at most for <see cref="Limit"/>.</summary>
    public static Task Within(this ValueTask task, TimeSpan? limit = null) => task.AsTask().Within(limit);

    /// <summary>Awaits the task, at most for <see cref="Limit"/>.</summary>
    public static Task<T> Within<T>(this ValueTask<T> task, TimeSpan? limit = null) => task.AsTask().Within(limit);

    /// <summary>Lets other work of the process go on until something is so, at most for <see cref="Limit"/>. For what
    /// virtual time has overtaken: a deadline that passed at once does not wait for the thread pool.</summary>
    public static async Task UntilAsync(
        Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string? text = null)
    {
        using var deadline = Deadline();
        while (!isSo())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"It did not come to {text}.");
            }

            await Task.Yield();
        }
    }

    /// <summary>A token that is cancelled when the limit has passed.</summary>
    public static CancellationTokenSource Deadline(TimeSpan? limit = null) => new(limit ?? Limit, TimeProvider.System);
}
