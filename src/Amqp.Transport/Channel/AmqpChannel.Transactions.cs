using Amqp.Engine.Spec;

namespace Amqp.Transport;

// Transactions (AMQP 0-9-1 section 1.9). A channel has either transactions or confirms.
public sealed partial class AmqpChannel
{
    private bool _isTransactional;

    /// <summary>Puts the channel into transaction mode (<c>tx.select</c>).</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    /// <exception cref="AmqpMisuseException">The channel has confirms; nothing was sent.</exception>
    public Task TxSelectAsync(CancellationToken cancellationToken = default)
    {
        BeginTransactions();
        return CallAsync<TxSelectOk>(new TxSelect(), cancellationToken);
    }

    // From the request on: a refusal closes the channel.
    internal void BeginTransactions()
    {
        if (_confirms)
        {
            throw new AmqpMisuseException("tx.select: the channel has publisher confirms, and cannot have both");
        }

        Volatile.Write(ref _isTransactional, true);
    }

    /// <summary>Commits what was published and acknowledged since the last commit (<c>tx.commit</c>).</summary>
    /// <param name="cancellationToken">Ends the wait; it is then not known whether the broker has committed.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    /// <exception cref="AmqpTransactionLostException">The connection was recovered since the last commit.</exception>
    public async Task TxCommitAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _hasLostTransaction))
        {
            await TxRollbackAsync(cancellationToken).ConfigureAwait(false);
            throw new AmqpTransactionLostException();
        }

        await CallAsync<TxCommitOk>(new TxCommit(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops what was published and acknowledged since the last commit (<c>tx.rollback</c>).</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the broker has answered.</returns>
    public async Task TxRollbackAsync(CancellationToken cancellationToken = default)
    {
        await CallAsync<TxRollbackOk>(new TxRollback(), cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _hasLostTransaction, false);
    }
}
