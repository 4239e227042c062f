using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Class tx (AMQP 0-9-1 §1.9): publishes and settlements held back until commit.</content>
public sealed partial class BrokerConnection
{
    private void OnTransactionMethod(ChannelModel channel, AmqpMethod method)
    {
        if (method is TxSelect)
        {
            if (channel.IsConfirming)
            {
                FailChannel(channel, ReplyCode.PreconditionFailed, "cannot switch from confirm to tx mode");
                return;
            }

            channel.Transaction ??= new TransactionModel();
            Write(channel.Number, new TxSelectOk());
        }
        else if (channel.Transaction is not { } transaction)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "channel is not transactional");
        }
        else if (method is TxCommit)
        {
            Commit(channel, transaction);
        }
        else
        {
            Rollback(channel, transaction);
        }
    }

    private void Commit(ChannelModel channel, TransactionModel transaction)
    {
        bool isComplete = true;
        foreach (HeldPublish held in transaction.Publishes)
        {
            bool isWhole = CollectQueues(held.Queues);
            bool isTaken = Complete(channel, held.Message, held.IsMandatory && isWhole, held.IsReply);
            isComplete &= isWhole && isTaken;
        }

        (List<UnackedEntry> Entries, Outcome Outcome)[] settlements = [.. transaction.Settlements];
        transaction.Clear();
        foreach ((List<UnackedEntry> entries, Outcome outcome) in settlements)
        {
            Finish(channel, entries, outcome);
        }

        if (isComplete)
        {
            Write(channel.Number, new TxCommitOk());
        }
        else
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, "partial tx completion");
        }
    }

    /// <summary>
    /// Puts those of the queues into the list of targets that are still there, or others that have their names now.
    /// </summary>
    /// <returns>False when one is gone and the release fails the commit for it.</returns>
    private bool CollectQueues(QueueModel[] queues)
    {
        bool isComplete = true;
        _routed.Clear();
        foreach (QueueModel queue in queues)
        {
            if (!queue.IsDeleted)
            {
                _routed.Add(queue);
            }
            else if (!_core.Profile.CommitsByName)
            {
                isComplete = false;
            }
            else if (_virtualHost!.TryGetQueue(queue.Name, out QueueModel namesake))
            {
                _routed.Add(namesake);
            }
        }

        return isComplete;
    }

    /// <summary>Publishes are forgotten; settled messages are unacknowledged again, not requeued.</summary>
    private void Rollback(ChannelModel channel, TransactionModel transaction)
    {
        List<UnackedEntry> entries = [];
        foreach ((List<UnackedEntry> settled, _) in transaction.Settlements)
        {
            entries.AddRange(settled);
        }

        transaction.Clear();
        if (entries.Count > 0)
        {
            channel.Unacked.Restore(entries);
        }

        Write(channel.Number, new TxRollbackOk());
    }
}
