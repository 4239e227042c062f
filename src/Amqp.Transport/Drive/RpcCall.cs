using Amqp.Engine.Spec;

namespace Amqp.Transport.Drive;

/// <summary>A call that awaits its reply.</summary>
internal sealed class RpcCall : IPending
{
    private readonly TaskCompletionSource<object> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply, or a <see cref="GetResult"/>.</summary>
    public Task<object> Task => _source.Task;

    /// <summary>Puts the reply's effect in place. The gate is held.</summary>
    public Action<AmqpMethod, CompletionBatch>? Applied { get; init; }

    /// <summary>Undoes at the broker what nobody waits for any more. The gate is held.</summary>
    public Action<AmqpMethod, CompletionBatch>? Late { get; init; }

    /// <summary>For <c>basic.get</c>: whether a message that comes too late needs no settling.</summary>
    public bool IsNoAck { get; init; }

    /// <summary>Told, outside of the gate, when <see cref="Task"/> has ended; for callers that do not await.</summary>
    public Action? Completed { get; set; }

    /// <summary>What was asked for, once it was.</summary>
    public AmqpMethod? Request { get; set; }

    /// <summary>The channel it was asked on; null for the connection's own.</summary>
    public AmqpChannel? Channel { get; set; }

    /// <summary>Whether it waits for the connection to be recovered. Guarded by the gate until the caller stops
    /// waiting.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether the caller has stopped waiting. Guarded by the gate.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Whether the reply came. Guarded by the gate.</summary>
    public bool IsReplied { get; private set; }

    /// <summary>Takes the reply. The gate is held, so that what it changes is in place before the next event.</summary>
    public void OnReply(AmqpMethod reply, CompletionBatch batch)
    {
        IsReplied = true;
        if (IsAbandoned)
        {
            Late?.Invoke(reply, batch);
            return;
        }

        Applied?.Invoke(reply, batch);
        batch.Add(this, reply);
    }

    /// <summary>Takes a reply that is not a method.</summary>
    public void OnResult(object result, CompletionBatch batch)
    {
        IsReplied = true;
        batch.Add(this, result);
    }

    public void Complete(object? outcome)
    {
        if (outcome is Exception error)
        {
            _source.TrySetException(error);
            _ = _source.Task.Exception; // a caller that gave up must not make this an unobserved error
        }
        else
        {
            _source.TrySetResult(outcome!);
        }

        Completed?.Invoke();
    }
}
