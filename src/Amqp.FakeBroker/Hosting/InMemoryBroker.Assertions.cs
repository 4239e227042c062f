using System.Collections.Immutable;
using Amqp.FakeBroker.Journal;

namespace Amqp.FakeBroker;

/// <content>What a test looks at and waits for.</content>
public sealed partial class InMemoryBroker
{
    private static readonly TimeSpan s_defaultWait = TimeSpan.FromSeconds(5);

    /// <summary>A condition is being looked at: what it asks of the broker changes nothing.</summary>
    [ThreadStatic]
    private static bool t_isLooking;

    private TaskCompletionSource? _changed;

    /// <summary>The messages that clients published, as far as they are kept, in order.</summary>
    public ImmutableArray<PublishedMessage> Published
    {
        get
        {
            lock (Gate)
            {
                return _core.Journal.Published();
            }
        }
    }

    /// <summary>Those of <see cref="Published"/> that reached no queue.</summary>
    public ImmutableArray<PublishedMessage> Unroutable =>
        [.. Published.Where(static message => message.Queues.IsEmpty)];

    /// <summary>A queue to look at; it need not be there yet.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="virtualHost">The virtual host.</param>
    /// <returns>A view that is always up to date.</returns>
    public QueueView Queue(string name, string virtualHost = "/")
    {
        ArgumentNullException.ThrowIfNull(name);
        return new QueueView(this, virtualHost, name);
    }

    /// <summary>
    /// Waits until something holds; it is looked at again whenever the broker has done something.
    /// </summary>
    /// <param name="condition">What is to hold; called under no lock, at least once.</param>
    /// <param name="description">What is waited for, for the exception's message.</param>
    /// <param name="timeout">How long at most, by the broker's <see cref="TimeProvider"/>; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that completes when the condition holds.</returns>
    /// <exception cref="TimeoutException">It did not come to hold; the message says what is in the queues.</exception>
    public async Task WaitUntilAsync(
        Func<InMemoryBroker, bool> condition,
        string description = "the condition",
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan limit = timeout ?? s_defaultWait;
        using CancellationTokenSource deadline = new(limit, Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (Gate)
            {
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            // Looked at after the wait was set up, so that no change in between is missed.
            if (Look(condition))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{description} did not come within {limit}; {Describe()}");
            }
        }
    }

    /// <summary>Waits until at least this many messages that fit were published.</summary>
    /// <param name="count">How many.</param>
    /// <param name="filter">Which count; null for all.</param>
    /// <param name="timeout">How long at most; null for 5 s.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The messages that fit.</returns>
    /// <exception cref="TimeoutException">There were fewer.</exception>
    public async Task<ImmutableArray<PublishedMessage>> WaitForPublishedAsync(
        int count,
        Func<PublishedMessage, bool>? filter = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ImmutableArray<PublishedMessage> found = [];
        await WaitUntilAsync(
            broker =>
            {
                found = [.. broker.Published.Where(filter ?? (static _ => true))];
                return found.Length >= count;
            },
            $"{count} published messages (there were {found.Length})",
            timeout,
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    private string Describe() => Control(static core =>
        "published: " + core.PublishedCount.ToString(System.Globalization.CultureInfo.InvariantCulture)
        + "; queues: " + string.Join(", ", core.ListQueues().Select(static queue =>
            $"{queue.Name} ({queue.Ready} ready, {queue.Unacknowledged} unacknowledged, "
            + $"{queue.Consumers.Length} consumers)")));

    private bool Look(Func<InMemoryBroker, bool> condition)
    {
        bool before = t_isLooking;
        t_isLooking = true;
        try
        {
            return condition(this);
        }
        finally
        {
            t_isLooking = before;
        }
    }

    /// <summary>Under the lock: whoever waits for a change looks again.</summary>
    internal void TellWaiting()
    {
        if (t_isLooking)
        {
            return;
        }

        _changed?.TrySetResult();
        _changed = null;
    }
}
