using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Closing connections, stopping and starting again: what is durable stays, everything else goes.</content>
public sealed partial class BrokerCore
{
    private readonly HashSet<ulong> _lost = [];

    /// <summary>False from <see cref="Stop"/> or <see cref="Crash"/> to <see cref="Start"/>.</summary>
    public bool IsRunning { get; private set; } = true;

    /// <summary>Closes a connection as an operator does, with reply code 320.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">What the client is told after "CONNECTION_FORCED - ".</param>
    public void CloseConnection(BrokerConnection connection, string reason)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(reason);
        connection.ForceClose(reason);
    }

    /// <summary>Closes every connection that fits, with reply code 320.</summary>
    /// <param name="isChosen">Says which.</param>
    /// <param name="reason">What the clients are told after "CONNECTION_FORCED - ".</param>
    /// <returns>How many were chosen.</returns>
    public int CloseConnections(Func<BrokerConnection, bool> isChosen, string reason)
    {
        ArgumentNullException.ThrowIfNull(isChosen);
        BrokerConnection[] chosen = [.. _connections.Where(isChosen)];
        foreach (BrokerConnection connection in chosen)
        {
            connection.ForceClose(reason);
        }

        return chosen.Length;
    }

    /// <summary>
    /// Stops the broker in good order: every connection is closed with reply code 320, and new ones end at once. What
    /// is not durable goes: transient queues and exchanges, messages that are not persistent.
    /// </summary>
    public void Stop()
    {
        if (!IsRunning)
        {
            return;
        }

        KeepUnacked();
        CloseConnections(static _ => true, "broker forced connection closure with reason 'shutdown'");
        ForgetTransientState();
    }

    /// <summary>
    /// Stops the broker without a word: every stream just ends. Keeps what <see cref="Stop"/> keeps, since a confirm
    /// is only sent for what is stored.
    /// </summary>
    /// <param name="losesUnconfirmed">
    /// True when messages whose confirms are held back (SlowConfirms, StopConfirms) had not been stored yet, and go.
    /// What was confirmed stays in any case, and so does what was published without confirms. Default false.
    /// </param>
    public void Crash(bool losesUnconfirmed = false)
    {
        if (!IsRunning)
        {
            return;
        }

        if (losesUnconfirmed)
        {
            LoseUnconfirmed();
        }

        KeepUnacked();
        foreach (BrokerConnection connection in _connections.ToArray())
        {
            connection.Drop();
        }

        ForgetTransientState();
    }

    /// <summary>Starts a stopped broker again; it takes connections from now on.</summary>
    public void Start() => IsRunning = true;

    /// <summary>What is not confirmed at this moment will not be there after the crash that follows.</summary>
    internal void LoseUnconfirmed() => _lost.UnionWith(_connections.SelectMany(each => each.UnconfirmedMessages));

    /// <summary>True for a message that a crash takes.</summary>
    internal bool IsLost(StoredMessage message) => _lost.Count > 0 && _lost.Contains(message.Number);

    /// <summary>Freezes queues, so that the end of the connections moves no message to another consumer.</summary>
    private void KeepUnacked()
    {
        IsRunning = false;
        foreach (VirtualHost host in _virtualHosts.Values)
        {
            foreach (QueueModel queue in host.Queues)
            {
                queue.Freeze();
            }
        }
    }

    private void ForgetTransientState()
    {
        _isMemoryAlarmSet = false;
        _isDiskAlarmSet = false;
        foreach (VirtualHost host in _virtualHosts.Values)
        {
            host.Recover();
        }

        _lost.Clear();
    }
}
