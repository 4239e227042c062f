using System.Collections.Immutable;

namespace Amqp.Transport.Publish;

/// <summary>Waits for all messages of a batch. Thread-safe.</summary>
internal sealed class PublishBatch
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PublishSource?[] _open;
    private readonly SortedDictionary<int, AmqpException> _failed = [];
    private int _left;

    public PublishBatch(int count)
    {
        _open = new PublishSource?[count];
        _left = count + 1; // the last one is taken by Seal
    }

    public Task Task => _done.Task;

    /// <summary>Remembers a publish that waits. The gate is held, so it cannot end before this.</summary>
    public void Add(int index, PublishSource source)
    {
        source.Batch = this;
        source.BatchIndex = index;
        _open[index] = source;
    }

    /// <summary>A publish has ended, well when there is no error.</summary>
    public void End(int index, AmqpException? error)
    {
        lock (_lock)
        {
            _open[index] = null;
            if (error is not null)
            {
                _failed.Add(index, error);
            }

            if (--_left > 0)
            {
                return;
            }
        }

        Finish();
    }

    /// <summary>No publish is added any more.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            if (--_left > 0)
            {
                return;
            }
        }

        Finish();
    }

    /// <summary>Gives up what has not ended.</summary>
    public void Cancel(AmqpChannel channel, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _open.Length; i++)
        {
            PublishSource? source;
            lock (_lock)
            {
                source = _open[i];
            }

            if (source is not null && channel.TryAbandon(source, this))
            {
                _done.TrySetCanceled(cancellationToken); // before the last one ends it well
                End(i, null);
            }
        }
    }

    private void Finish()
    {
        if (_failed.Count == 0)
        {
            _done.TrySetResult();
        }
        else
        {
            ImmutableArray<PublishFailure> failures =
                [.. _failed.Select(each => new PublishFailure(each.Key, each.Value))];
            _done.TrySetException(new PublishBatchException(failures, _open.Length));
        }
    }
}
