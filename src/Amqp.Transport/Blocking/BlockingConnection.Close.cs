using Amqp.Engine.Spec;

namespace Amqp.Transport;

// The end of a connection.
public sealed partial class BlockingConnection
{
    /// <summary>Closes the connection (<c>connection.close</c>) behind what was sent so far, and with it its channels.
    /// When the broker does not answer within <see cref="AmqpConnectionOptions.CloseTimeout"/> the connection is
    /// dropped. Callbacks that are still due do not run any more. Closing a closed connection does nothing.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    /// <param name="timeout">The longest wait, beyond which the close goes on by itself; <see langword="null"/> waits
    /// until it is done.</param>
    /// <exception cref="AmqpTimeoutException">The close goes on.</exception>
    public void Close(ReplyCode code = ReplyCode.Success, string text = "Goodbye", TimeSpan? timeout = null) =>
        Await(_connection.CloseAsync(code, text), timeout);

    /// <summary>Drops the connection at once, without a word to the broker.</summary>
    public void Abort() => Await(_connection.AbortAsync(), null);

    /// <summary>Closes the connection, see <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    private void Await(Task closing, TimeSpan? timeout)
    {
        closing.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_pump.Pulse);
        if (!WaitUntil(() => closing.IsCompleted, timeout ?? Timeout.InfiniteTimeSpan))
        {
            throw new AmqpTimeoutException($"The connection did not close within {timeout}.");
        }

        closing.GetAwaiter().GetResult();
    }
}
