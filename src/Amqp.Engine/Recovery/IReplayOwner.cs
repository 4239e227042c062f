namespace Amqp.Engine.Recovery;

/// <summary>Who is told what a <see cref="TopologyReplay"/> changes. It is called from within
/// <see cref="TopologyReplay.Start"/> and <see cref="TopologyReplay.Handle"/>.</summary>
public interface IReplayOwner
{
    /// <summary>A channel of the owner's is being opened under a number; deliveries that follow on the number are for
    /// it. Called again with another number when the broker closed that one because of a consumer: what came on the
    /// former number is void.</summary>
    /// <param name="channel">The owner's number.</param>
    /// <param name="number">Its number on the session.</param>
    void OnChannelOpened(ulong channel, ushort number);

    /// <summary>A channel or a consumer was not restored: it failed, or a filter left it out. Told at the end of the
    /// replay.</summary>
    /// <param name="channel">The owner's number of the channel.</param>
    /// <param name="entity">The channel, or a consumer on it.</param>
    void OnDropped(ulong channel, RecoveredEntity entity);

    /// <summary>A queue that the broker names has a new name. The ledger knows already.</summary>
    /// <param name="name">The name it had.</param>
    /// <param name="newName">The name it has now.</param>
    void OnQueueRenamed(string name, string newName);
}
