namespace Amqp.FakeBroker.Model;

/// <summary>What a transactional channel holds back until tx.commit, in the order it came.</summary>
internal sealed class TransactionModel
{
    /// <summary>Publishes, each with what was found when it was made.</summary>
    public List<HeldPublish> Publishes { get; } = [];

    /// <summary>Settlements, each with what it does to its messages.</summary>
    public List<(List<UnackedEntry> Entries, Outcome Outcome)> Settlements { get; } = [];

    public void Clear()
    {
        Publishes.Clear();
        Settlements.Clear();
    }
}
