using System.Collections.Immutable;
using Amqp.FakeBroker.Hosting;
using Amqp.FakeBroker.Journal;

namespace Amqp.FakeBroker;

/// <content>What an operator and a test do with the broker while it runs.</content>
public sealed partial class InMemoryBroker
{
    /// <summary>
    /// Works on the core as an operator does, under the broker's lock: every connection waits meanwhile, and what the
    /// work brings about is sent when it is done.
    /// </summary>
    /// <typeparam name="T">What the work results in.</typeparam>
    /// <param name="work">The work; it must not wait, and must not keep the core.</param>
    /// <returns>The work's result.</returns>
    public T Control<T>(Func<BrokerCore, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            lock (Gate)
            {
                ElapseTo(Now);
                T result = work(_core);
                TellWaiting();
                return result;
            }
        }
        finally
        {
            Settle();
        }
    }

    /// <summary>Works on the core as an operator does, under the broker's lock.</summary>
    /// <param name="work">The work; it must not wait, and must not keep the core.</param>
    public void Control(Action<BrokerCore> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Control(core =>
        {
            work(core);
            return true;
        });
    }

    /// <summary>What happened, as far as it is kept, in order; published messages included.</summary>
    /// <param name="after">Only what has a higher number.</param>
    /// <returns>A copy.</returns>
    public ImmutableArray<JournalEntry> Journal(ulong after = 0)
    {
        lock (Gate)
        {
            return _core.Journal.Entries(after);
        }
    }

    /// <summary>Forgets what happened so far, published messages included. Nothing in a queue is touched.</summary>
    public void ClearJournal()
    {
        lock (Gate)
        {
            _core.Journal.Clear();
        }
    }

    /// <summary>The ports listened on.</summary>
    public IReadOnlyList<BrokerTcpListener> Listeners
    {
        get
        {
            lock (Gate)
            {
                return [.. _listeners];
            }
        }
    }

    /// <summary>The stream of a connection at this moment.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>Its two ends, and the octets so far.</returns>
    public ConnectionEnds Ends(BrokerConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        lock (Gate)
        {
            HostedConnection? hosted = connection.Host as HostedConnection;
            StreamEnds ends = hosted?.Ends ?? StreamEnds.InProcess;
            return new ConnectionEnds(
                ends.PeerHost,
                ends.PeerPort,
                ends.Host,
                ends.Port,
                ends.IsTls,
                hosted?.IsFrozen ?? false,
                hosted?.ReceivedOctets ?? 0,
                hosted?.SentOctets ?? 0);
        }
    }
}
