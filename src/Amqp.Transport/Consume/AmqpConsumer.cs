using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A running consumer. Thread-safe.</summary>
public sealed partial class AmqpConsumer : IAsyncDisposable, IPending
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<Delivery>? _stream;
    private readonly BorrowedLease? _lease;
    private readonly ConcurrentStack<BorrowedLease> _leases = [];
    private readonly ParallelDispatcher? _parallel;
    private readonly IDispatcher _dispatcher;
    private bool _ended;
    private Exception? _stopError;

    internal AmqpConsumer(AmqpChannel channel, string queue, ConsumeOptions? options, ConsumeMode mode)
    {
        ArgumentNullException.ThrowIfNull(queue);
        Options = options ?? new ConsumeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.BufferSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MaxConcurrency, 1, nameof(options));
        Channel = channel;
        Queue = queue;
        Mode = mode;
        if (mode == ConsumeMode.Stream)
        {
            _stream = System.Threading.Channels.Channel.CreateUnbounded<Delivery>(
                new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });
        }
        else if (mode is ConsumeMode.Owned or ConsumeMode.Borrowed && Options.MaxConcurrency > 1)
        {
            _parallel = new ParallelDispatcher(Options.MaxConcurrency);
        }
        else if (mode == ConsumeMode.Borrowed)
        {
            _lease = new BorrowedLease(this);
        }

        _dispatcher = (IDispatcher?)_parallel ?? channel.Dispatcher;
    }

    /// <summary>The consumer's tag, as it was given or as the broker chose it.</summary>
    public string ConsumerTag { get; internal set; } = "";

    /// <summary>The queue that is consumed; one that the broker names has another name after a recovery.</summary>
    public string Queue { get; internal set; }

    /// <summary>The channel that it runs on.</summary>
    public AmqpChannel Channel { get; }

    /// <summary>How it was started.</summary>
    public ConsumeOptions Options { get; }

    /// <summary>How many messages wait for the handler.</summary>
    public int BufferedCount => (int)(Interlocked.Read(ref _offered) - Interlocked.Read(ref _handled));

    /// <summary>How many times the handler has thrown.</summary>
    public long HandlerFailures => Interlocked.Read(ref _failures);

    /// <summary>Ends when the consumer was cancelled, by either side, and its last handler has ended. Fails when the
    /// channel closed, or when a handler failed under <see cref="HandlerErrorPolicy.StopConsumer"/>.</summary>
    public Task Completion => _completion.Task;

    internal ConsumeMode Mode { get; }

    /// <summary>The prefetch that the broker holds it to, or 0.</summary>
    internal ushort Prefetch { get; set; }

    /// <summary>How many messages were handled.</summary>
    internal long HandledCount => Interlocked.Read(ref _handled);

    internal string? CachedTag { get; set; }

    internal Func<Delivery, CancellationToken, ValueTask>? Owned { get; init; }

    internal Func<BorrowedDelivery, CancellationToken, ValueTask>? Borrowed { get; init; }

    internal InlineHandler? Inline { get; init; }

    internal ChannelReader<Delivery> Stream => _stream!.Reader;

    /// <summary>Who takes the messages of a stream in its place, outside of the gate and in order; it says by
    /// <see cref="OnTaken"/> when one waits no longer.</summary>
    internal Action<Delivery>? Sink { get; init; }

    /// <summary>Told once when the consumer has ended, behind its last message; with an error unless it was
    /// cancelled.</summary>
    internal Action<Exception?>? SinkEnded { get; init; }

    /// <summary>Cancels the consumer (<c>basic.cancel</c>). Messages that have arrived are still handled. Does nothing
    /// when it has ended.</summary>
    /// <param name="cancellationToken">Ends the wait; the consumer is cancelled all the same.</param>
    /// <returns>A task that ends when the broker has answered; see <see cref="Completion"/> for the handlers.</returns>
    public Task CancelAsync(CancellationToken cancellationToken = default) =>
        BeginCancel() ? Channel.CancelConsumerAsync(this, cancellationToken) : Task.CompletedTask;

    /// <summary>Cancels the consumer; errors are swallowed, since the consumer is gone in either case.</summary>
    /// <returns>A task that ends when the broker has answered.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CancelAsync().ConfigureAwait(false);
        }
        catch (AmqpException error)
        {
            Log.CloseFailed(Channel.Owner.Logger, error);
        }
    }

    void IPending.Complete(object? outcome)
    {
        if (Sink is { } sink)
        {
            sink((Delivery)outcome!);
        }
        else
        {
            _stream!.Writer.TryWrite((Delivery)outcome!);
        }
    }

    internal void OnTaken(Delivery delivery) => OnHandled(delivery.Body.Length);

    /// <summary>A full buffer must not withhold the reply to the cancel.</summary>
    /// <returns>False when the consumer has ended before.</returns>
    internal bool BeginCancel() => StopBounding(drop: false);

    internal bool TryRead([NotNullWhen(true)] out Delivery? delivery)
    {
        while (Stream.TryRead(out delivery))
        {
            OnHandled(delivery.Body.Length);
            if (Options.NoAck || !Channel.IsStale(delivery.DeliveryTag))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends an enumeration: cancels, and gives back what was not enumerated.</summary>
    internal async ValueTask StopStreamAsync()
    {
        StopBounding(drop: true);
        await DisposeAsync().ConfigureAwait(false);
        _stream!.Writer.TryComplete();
        while (TryRead(out Delivery? delivery))
        {
            if (!Options.NoAck)
            {
                Channel.Settle(Settlement.Nack, delivery.DeliveryTag, multiple: false, requeue: true);
            }
        }
    }

    /// <summary>The broker sends nothing more. The gate is held.</summary>
    internal void End(Exception? error, CompletionBatch batch)
    {
        if (_ended)
        {
            return;
        }

        Volatile.Write(ref _ended, true);
        StopBounding();
        batch.Defer(() => Finish(error));
    }

    /// <summary>A full buffer must not withhold the reply to the cancel. From there on the broker bounds what comes.
    /// The gate is held.</summary>
    internal void StopBounding()
    {
        _isCancelling = true;
        ReleaseFull();
        Channel.Pump.ReleaseBuffered((int)Interlocked.Exchange(ref _heldBytes, 0));
    }

    private bool StopBounding(bool drop)
    {
        lock (Channel.Gate)
        {
            _dropsMessages |= drop;
            StopBounding();
            return !_ended;
        }
    }

    private void Finish(Exception? error)
    {
        if (error is not null)
        {
            _ = _stopping.CancelAsync(); // what the application registered there must not run on the reader
        }

        _stream?.Writer.TryComplete(error);
        SinkEnded?.Invoke(error);
        if (_parallel is not null)
        {
            _parallel.WhenIdle(() => Complete(error));
        }
        else if (Mode is ConsumeMode.Owned or ConsumeMode.Borrowed)
        {
            Channel.Dispatcher.Enqueue(DispatchItem.ForCallback(() => Complete(error)));
        }
        else
        {
            Complete(error);
        }
    }

    private void Complete(Exception? error)
    {
        if ((_stopError ?? error) is { } cause)
        {
            _completion.TrySetException(cause);
            _ = _completion.Task.Exception; // nobody has to look
        }
        else
        {
            _completion.TrySetResult();
        }
    }
}
