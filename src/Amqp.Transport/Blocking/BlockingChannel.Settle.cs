using Amqp.Engine.Spec;

namespace Amqp.Transport;

// Settling (AMQP 0-9-1 sections 1.8.3.13 to 1.8.3.16, and RabbitMQ's basic.nack), which has no answer and so never
// waits, and transactions (section 1.9).
public sealed partial class BlockingChannel
{
    /// <summary>Settles a message: it was handled. From any thread; does not wait.</summary>
    /// <param name="delivery">The message; one of another channel is a misuse.</param>
    /// <param name="multiple">Whether all earlier unsettled ones of the channel are settled too.</param>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public void Ack(Delivery delivery, bool multiple = false)
    {
        CheckOwn(delivery);
        Done(delivery.AckAsync(multiple));
    }

    /// <summary>Settles by tag, see <see cref="Ack(Delivery, bool)"/>.</summary>
    /// <param name="deliveryTag">The message, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier ones are settled too; with tag 0, all.</param>
    public void Ack(ulong deliveryTag, bool multiple = false) => Done(_inner.AckAsync(deliveryTag, multiple));

    /// <summary>Refuses a message (<c>basic.nack</c>). From any thread; does not wait.</summary>
    /// <param name="delivery">The message.</param>
    /// <param name="requeue">Whether it goes back into its queue; otherwise it is dead-lettered or dropped.</param>
    /// <param name="multiple">Whether all earlier unsettled ones of the channel are refused too.</param>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public void Nack(Delivery delivery, bool requeue = true, bool multiple = false)
    {
        CheckOwn(delivery);
        Done(delivery.NackAsync(requeue, multiple));
    }

    /// <summary>Refuses by tag, see <see cref="Nack(Delivery, bool, bool)"/>.</summary>
    /// <param name="deliveryTag">The message, on the channel that it came on.</param>
    /// <param name="multiple">Whether all earlier ones are refused too; with tag 0, all.</param>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    public void Nack(ulong deliveryTag, bool multiple = false, bool requeue = true) =>
        Done(_inner.NackAsync(deliveryTag, multiple, requeue));

    /// <summary>Refuses a message (<c>basic.reject</c>). From any thread; does not wait.</summary>
    /// <param name="delivery">The message.</param>
    /// <param name="requeue">Whether it goes back into its queue; otherwise it is dead-lettered or dropped.</param>
    /// <exception cref="AmqpException">The channel or the connection is closed.</exception>
    public void Reject(Delivery delivery, bool requeue = true)
    {
        CheckOwn(delivery);
        Done(delivery.RejectAsync(requeue));
    }

    /// <summary>Asks the broker to send all unsettled messages of the channel again (<c>basic.recover</c>).</summary>
    /// <param name="requeue">Whether they may go to other consumers; RabbitMQ refuses false.</param>
    /// <param name="timeout">The longest wait.</param>
    public void Recover(bool requeue = true, TimeSpan? timeout = null) =>
        Call<BasicRecoverOk>(new BasicRecover { Requeue = requeue }, timeout);

    /// <summary>Puts the channel into transaction mode (<c>tx.select</c>).</summary>
    /// <param name="timeout">The longest wait.</param>
    public void TxSelect(TimeSpan? timeout = null)
    {
        _inner.BeginTransactions();
        Call<TxSelectOk>(new TxSelect(), timeout);
    }

    /// <summary>Commits what was published and acknowledged since the last commit (<c>tx.commit</c>).</summary>
    /// <param name="timeout">The longest wait; beyond it it is not known whether the broker has committed.</param>
    public void TxCommit(TimeSpan? timeout = null) => Call<TxCommitOk>(new TxCommit(), timeout);

    /// <summary>Drops what was published and acknowledged since the last commit (<c>tx.rollback</c>).</summary>
    /// <param name="timeout">The longest wait.</param>
    public void TxRollback(TimeSpan? timeout = null) => Call<TxRollbackOk>(new TxRollback(), timeout);

    private void CheckOwn(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.Channel != _inner)
        {
            throw new AmqpMisuseException($"The message came on {delivery.Channel}, and must be settled there.");
        }
    }

    private void Done(ValueTask settlement)
    {
        try
        {
            settlement.GetAwaiter().GetResult(); // it has ended: a settlement is not waited for
        }
        catch (AmqpChannelClosedException)
        {
            Volatile.Write(ref _wasToldOfEnd, 1);
            throw;
        }
    }
}
