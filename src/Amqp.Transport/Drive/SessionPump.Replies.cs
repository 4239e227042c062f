namespace Amqp.Transport.Drive;

// The bound on what the peer can make us write. Publishes wait for room, but replies and acknowledgements do not: a
// peer that goes on sending and takes nothing, with channel.flow or deliveries say, would grow the output without end.
// Own publishes do not count here, since a long message on a slow line is no reason to stop reading.
internal sealed partial class SessionPump
{
    private long _repliesPending;
    private bool _owesTooMuch;

    /// <summary>Counts output that was no publish; a negative number takes back what was counted.</summary>
    public void CountReplies(long bytes) => _repliesPending += bytes;

    /// <summary>Looks at the bound again, after an input or a send. Reading goes on once half of it is free.</summary>
    public void CheckReplies()
    {
        _repliesPending = Math.Min(_repliesPending, Output.PendingBytes);
        bool owes = _repliesPending > (_owesTooMuch ? Limits.MaxOutgoingBytes / 2 : Limits.MaxOutgoingBytes);
        if (owes != _owesTooMuch)
        {
            _owesTooMuch = owes;
            Driver.UpdatePause();
        }
    }
}
