// The shapes are those that user code has, so the calls that our own code may not make are among them.
#pragma warning disable RS0030
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Amqp.Simulation.Async;

/// <summary>
/// The ways to await that code in a world may use, each tried once before the first world: when a runtime changes where
/// one of them goes on, that is what is reported, and not some test that fails strangely.
/// </summary>
internal static class Canary
{
    /// <summary>Each shape's name and a method that awaits that way; the world's clock is given.</summary>
    public static IReadOnlyList<(string Name, Func<TimeProvider, Task> Run)> Shapes { get; } =
    [
        ("Task.Yield", static async _ => await Task.Yield()),
        ("Task.Run", static _ => Task.Run(static () => { })),
        ("Task.Run without the context", static async _ => await Task.Run(static () => { }).ConfigureAwait(false)),
        ("a task source", static _ => SourceAsync(TaskCreationOptions.None, false)),
        ("a task source without the context", static _ => SourceAsync(TaskCreationOptions.None, true)),
        ("an asynchronous task source", static _ =>
            SourceAsync(TaskCreationOptions.RunContinuationsAsynchronously, true)),
        ("Task.Delay", static time => Task.Delay(TimeSpan.FromSeconds(1), time)),
        ("PeriodicTimer", PeriodicAsync),
        ("Task.WaitAsync", static time => OfTimeoutAsync(time)),
        ("CancellationTokenSource", CancelAsync),
        ("SemaphoreSlim", SemaphoreAsync),
        ("Channel", static time => ChannelAsync(time, new UnboundedChannelOptions())),
        ("Channel that goes on at once", static time =>
            ChannelAsync(time, new UnboundedChannelOptions { AllowSynchronousContinuations = true })),
        ("Channel.ReadAllAsync", ReadAllAsync),
        ("Pipe", static time => PipeAsync(time, PipeOptions.Default)),
        ("Pipe that goes on at once", static time => PipeAsync(time, new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            useSynchronizationContext: false))),
        ("Task.WhenAll", static time => Task.WhenAll(Soon(time), Soon(time))),
        ("Task.WhenAny", static time => Task.WhenAny(Soon(time), Soon(time))),
        ("Parallel.ForEachAsync", static time => ParallelAsync(time)),
        ("ThreadPool.QueueUserWorkItem", static _ => QueuedAsync()),
    ];

    /// <summary>Runs all shapes, one after the other, each twice.</summary>
    public static async Task RunAsync(SimContext sim)
    {
        foreach ((string name, Func<TimeProvider, Task> run) in Shapes)
        {
            sim.Note(name);
            await run(sim.Time).ConfigureAwait(false);
            sim.Note(name + " went on");
            await run(sim.Time).ConfigureAwait(true);
        }
    }

    private static Task Soon(TimeProvider time) => Task.Delay(TimeSpan.FromMilliseconds(1), time);

    private static async Task SourceAsync(TaskCreationOptions options, bool withoutContext)
    {
        var source = new TaskCompletionSource(options);
        ThreadPool.QueueUserWorkItem(static state => state.SetResult(), source, preferLocal: true);
        await source.Task.ConfigureAwait(!withoutContext);
    }

    private static async Task PeriodicAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        await timer.WaitForNextTickAsync().ConfigureAwait(false);
    }

    private static async Task OfTimeoutAsync(TimeProvider time)
    {
        Task late = new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(1), time);
        await late.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task CancelAsync(TimeProvider time)
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        var cancelled = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = cancel.Token.Register(cancelled.SetResult);
        await cancelled.Task.ConfigureAwait(false);
    }

    private static async Task SemaphoreAsync(TimeProvider time)
    {
        using var semaphore = new SemaphoreSlim(0);
        Task waiting = semaphore.WaitAsync();
        await Soon(time).ConfigureAwait(false);
        semaphore.Release();
        await waiting.ConfigureAwait(false);
    }

    private static async Task ChannelAsync(TimeProvider time, UnboundedChannelOptions options)
    {
        Channel<int> channel = Channel.CreateUnbounded<int>(options);
        Task<int> reading = channel.Reader.ReadAsync().AsTask();
        await Soon(time).ConfigureAwait(false);
        channel.Writer.TryWrite(1);
        await reading.ConfigureAwait(false);
    }

    private static async Task ReadAllAsync(TimeProvider time)
    {
        Channel<int> channel = Channel.CreateBounded<int>(1);
        Task writing = WriteAsync();
        await foreach (int _ in channel.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await Soon(time).ConfigureAwait(false);
        }

        await writing.ConfigureAwait(false);

        async Task WriteAsync()
        {
            for (int i = 0; i < 3; i++)
            {
                await channel.Writer.WriteAsync(i).ConfigureAwait(false);
            }

            channel.Writer.Complete();
        }
    }

    private static async Task PipeAsync(TimeProvider time, PipeOptions options)
    {
        var pipe = new Pipe(options);
        Task<ReadResult> reading = pipe.Reader.ReadAsync().AsTask();
        await Soon(time).ConfigureAwait(false);
        pipe.Writer.GetSpan(1)[0] = 1;
        pipe.Writer.Advance(1);
        await pipe.Writer.FlushAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    private static Task ParallelAsync(TimeProvider time) => Parallel.ForEachAsync(
        [1, 2, 3],
        new ParallelOptions { MaxDegreeOfParallelism = 2 },
        async (_, cancellationToken) => await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken)
            .ConfigureAwait(false));

    private static async Task QueuedAsync()
    {
        var ran = new TaskCompletionSource();
        ThreadPool.QueueUserWorkItem(static state => state.SetResult(), ran, preferLocal: false);
        await ran.Task.ConfigureAwait(false);
    }
}
