using System.Threading.Tasks.Sources;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Publish;

/// <summary>What <see cref="AmqpChannel.PublishAsync"/> returns when it cannot complete at once: first a place in the
/// list for room, then a place in the ring for confirms. Pooled by its channel; it goes back when its result is
/// taken.</summary>
internal sealed class PublishSource : IValueTaskSource, IPending
{
    private readonly AmqpChannel _channel;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;

    public PublishSource(AmqpChannel channel, bool inline)
    {
        _channel = channel;
        _core.RunContinuationsAsynchronously = !inline;
    }

    /// <summary>Whether its caller goes on where the confirm was read.</summary>
    public bool IsInline => !_core.RunContinuationsAsynchronously;

    // All state but the core is guarded by the gate.
    public PublishState State { get; set; }

    public ulong Sequence { get; set; }

    public ReturnedMessage? Returned { get; set; }

    public string Exchange { get; private set; } = "";

    public string RoutingKey { get; private set; } = "";

    public ReadOnlyMemory<byte> Body { get; private set; }

    public BasicProperties Properties { get; private set; } = BasicProperties.Empty;

    public bool Mandatory { get; private set; }

    /// <summary>What it takes of the bytes that may be set aside while the connection is blocked.</summary>
    public long SetAside { get; set; }

    /// <summary>The batch that waits for it instead of a caller of its own.</summary>
    public PublishBatch? Batch { get; set; }

    public int BatchIndex { get; set; }

    /// <summary>Whether its caller does not wait for it: the message was set aside.</summary>
    public bool IsDetached { get; set; }

    /// <summary>Whether it was sent on a stream that has ended.</summary>
    public bool WasSent { get; set; }

    /// <summary>The neighbours in the list for room, or the next one in the pool.</summary>
    public PublishSource? Next { get; set; }

    public PublishSource? Previous { get; set; }

    /// <summary>Keeps the arguments until there is room.</summary>
    public void Hold(
        string exchange, string routingKey, ReadOnlyMemory<byte> body, BasicProperties properties, bool mandatory)
    {
        State = PublishState.Waiting;
        Exchange = exchange;
        RoutingKey = routingKey;
        Body = body;
        Properties = properties;
        Mandatory = mandatory;
    }

    /// <summary>Lets go of the arguments.</summary>
    public void Release()
    {
        Body = default;
        Properties = BasicProperties.Empty;
    }

    /// <summary>Makes the task. Called once, outside the gate; the source may be complete already.</summary>
    public ValueTask Start(CancellationToken cancellationToken)
    {
        short version = _core.Version;
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((PublishSource)state!).Cancel(token), this);
        }

        return new ValueTask(this, version);
    }

    public void Complete(object? outcome)
    {
        if (Batch is { } batch)
        {
            int index = BatchIndex; // before another thread rents the source
            Batch = null;
            Returned = null;
            _channel.ReturnSource(this); // its caller waits for the batch
            batch.End(index, (AmqpException?)outcome);
            return;
        }

        if (outcome is Exception error)
        {
            _core.SetException(error);
        }
        else
        {
            _core.SetResult(true);
        }
    }

    public void GetResult(short token)
    {
        if (_core.Version != token || _core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            _core.GetResult(token); // throws for this misuse, which must not put the source into the pool
        }

        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _registration.Dispose(); // waits for a running callback, so that none meets the next use
            _registration = default;
            _core.Reset();
            Returned = null;
            _channel.ReturnSource(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        if (_channel.TryAbandon(this))
        {
            _core.SetException(new OperationCanceledException(cancellationToken));
        }
    }
}
