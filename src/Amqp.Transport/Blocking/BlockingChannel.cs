using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A channel of a <see cref="BlockingConnection"/>. Every call waits for its answer, and takes the longest
/// wait as <c>timeout</c>; <see langword="null"/> is <see cref="AmqpConnectionOptions.RequestTimeout"/>, and
/// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever. Thread-safe, but for what pumps, see
/// <see cref="BlockingConnection"/>.</summary>
/// <remarks>Calls throw <see cref="AmqpTimeoutException"/> when the broker does not answer in time (a late answer is
/// dropped, and the channel lives on), <see cref="AmqpChannelClosedException"/> when the broker refuses and has closed
/// the channel for it, <see cref="AmqpConnectionClosedException"/> when the connection is closed, and
/// <see cref="AmqpMisuseException"/> when nothing was sent.</remarks>
public sealed partial class BlockingChannel : IDisposable
{
    private readonly BlockingConnection _connection;
    private readonly AmqpChannel _inner;
    private int _wasToldOfEnd;

    internal BlockingChannel(BlockingConnection connection, AmqpChannel inner)
    {
        _connection = connection;
        _inner = inner;
        inner.Ended = OnEnded;
    }

    /// <summary>The channel's number on its connection, from 1. It is used again after the channel has
    /// closed.</summary>
    public int Number => _inner.Number;

    /// <summary>The connection that the channel belongs to.</summary>
    public BlockingConnection Connection => _connection;

    /// <summary>Whether the channel is open.</summary>
    public bool IsOpen => _inner.IsOpen;

    /// <summary>Why the channel closed, or <see langword="null"/> while it is open.</summary>
    public AmqpException? CloseReason => _inner.CloseReason;

    internal AmqpChannel Inner => _inner;

    /// <summary>Closes the channel (<c>channel.close</c>) after the calls that are pending on it. Unsettled messages go
    /// back into their queues. Closing a closed channel does nothing.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <exception cref="AmqpTimeoutException">The broker did not answer; the close goes on.</exception>
    public void Close(ReplyCode code = ReplyCode.Success, string text = "Goodbye", TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var call = new RpcCall();
        if (_inner.StartClose(code, text, call))
        {
            try
            {
                _connection.WaitFor(call, MethodId.ChannelClose, timeout);
            }
            catch (AmqpException) when (!IsOpen)
            {
                // It closed in another way meanwhile, which is what was asked for.
            }
        }

        TimeSpan limit = timeout ?? _connection.Connection.Options.RequestTimeout;
        if (!_connection.WaitUntil(() => _inner.CloseReason is not null, limit))
        {
            throw new AmqpTimeoutException($"The channel did not close within {limit}.");
        }
    }

    /// <summary>Closes the channel; errors are swallowed, so that they do not hide what ended the block.</summary>
    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (AmqpException error)
        {
            Log.CloseFailed(_connection.Connection.Logger, error);
        }
    }

    /// <summary>Renders the channel.</summary>
    /// <returns>Its number and whether it is open.</returns>
    public override string ToString() => _inner.ToString();

    private T Call<T>(AmqpMethod request, TimeSpan? timeout)
        where T : AmqpMethod => (T)Call(request, new RpcCall(), timeout);

    private object Call(AmqpMethod request, RpcCall call, TimeSpan? timeout) =>
        Told(this, (request, call, timeout), static (self, ask) =>
            self._connection.Call(self._inner, (ushort)self.Number, ask.request, ask.call, ask.timeout));

    // Who was told by a call that the channel is gone need not hear of it again when pumping.
    private static T Told<TState, T>(BlockingChannel self, TState state, Func<BlockingChannel, TState, T> act)
    {
        try
        {
            return act(self, state);
        }
        catch (AmqpChannelClosedException)
        {
            Volatile.Write(ref self._wasToldOfEnd, 1);
            throw;
        }
    }

    private void OnEnded(AmqpException reason)
    {
        _connection.Pump.Pulse();
        if (reason is AmqpChannelClosedException)
        {
            _connection.Enqueue(() =>
            {
                ForgetAll();
                if (Volatile.Read(ref _wasToldOfEnd) == 0)
                {
                    ThrowIfClosedByBroker();
                }

                return false;
            });
        }
    }

    // A fresh error for each caller.
    private void ThrowIfClosedByBroker()
    {
        if (CloseReason is AmqpChannelClosedException { Initiator: not CloseInitiator.Application } closed)
        {
            Volatile.Write(ref _wasToldOfEnd, 1);
            throw new AmqpChannelClosedException(closed.Reason, closed.Channel);
        }
    }
}
