using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A channel: an independent conversation on a connection. Thread-safe: commands of several threads are
/// interleaved whole; calls that have a reply are sent one after the other.</summary>
public sealed partial class AmqpChannel : IAsyncDisposable
{
    private readonly AmqpConnection _connection;
    private readonly SessionPump _pump;
    private CallbackQueue? _callbacks;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionEnd? _end;
    private bool _endedWithSession;
    private AmqpException? _closeReason;

    internal AmqpChannel(
        AmqpConnection connection, SessionPump pump, ulong id, ushort number, AmqpChannelOptions options)
    {
        _connection = connection;
        _pump = pump;
        Id = id;
        Number = number;
        _resends = connection.Options.Recovery is { Republish: true };
        _assignsIds = connection.Options.Recovery is { AssignMessageIds: true };
        _inlineConfirms = options.InlineConfirms;
        _maxUnsettled = Math.Min(options.MaxUnsettledPublishes, pump.Limits.MaxUnsettledPublishes);
        Dispatcher = new ChannelDispatcher(pump, connection.Logger);
    }

    /// <summary>The channel's number on its connection, from 1. It is used again after the channel has closed, and may
    /// be another one after the connection was recovered.</summary>
    public int Number { get; private set; }

    /// <summary>The connection that the channel belongs to.</summary>
    public AmqpConnection Connection => _connection;

    /// <summary>Whether the channel is open.</summary>
    public bool IsOpen => Volatile.Read(ref _end) is null && _connection.IsOpen;

    /// <summary>Why the channel closed, or <see langword="null"/> while it is open.</summary>
    public AmqpException? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>Ends when the channel has closed, for whatever reason; it never fails, see
    /// <see cref="CloseReason"/>.</summary>
    public Task Completion => _completion.Task;

    internal bool HasEnded => _end is not null;

    internal ChannelDispatcher Dispatcher { get; }

    internal AmqpConnection Owner => _connection;

    /// <summary>Closes the channel (<c>channel.close</c>) after the calls that are pending on it. Closing a closed
    /// channel does nothing.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Ends the wait; the close goes on.</param>
    /// <returns>A task that ends when the channel has closed.</returns>
    /// <exception cref="AmqpTimeoutException">The broker did not answer within the request timeout. The channel is
    /// closed all the same; the broker may still hold its number.</exception>
    public async Task CloseAsync(
        ReplyCode code = ReplyCode.Success, string text = "Goodbye", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var call = new RpcCall();
        if (StartClose(code, text, call))
        {
            try
            {
                await _connection.WaitAsync(call, MethodId.ChannelClose, cancellationToken).ConfigureAwait(false);
            }
            catch (AmqpException) when (_completion.Task.IsCompleted || !_connection.IsOpen)
            {
                // It closed in another way meanwhile, which is what was asked for.
            }
            catch (AmqpTimeoutException)
            {
                GiveUp();
                throw;
            }
        }

        TimeSpan limit = _connection.Options.RequestTimeout;
        try
        {
            await _completion.Task.WaitAsync(limit, _connection.Options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            GiveUp();
            throw new AmqpTimeoutException($"The channel did not close within {limit}.", error);
        }
    }

    /// <summary>Closes the channel; errors are swallowed, since nothing is left to be done about them.</summary>
    /// <returns>A task that ends when the channel has closed or its close was given up.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (AmqpException error)
        {
            Log.CloseFailed(_connection.Logger, error);
        }
    }

    /// <summary>Renders the channel.</summary>
    /// <returns>Its number and whether it is open.</returns>
    public override string ToString() => $"channel {Number} ({(IsOpen ? "open" : "closed")})";

    /// <summary>Told once when the channel has ended, outside of the gate and behind everything that came before on
    /// it. Set before the channel is open.</summary>
    internal Action<AmqpException>? Ended { get; set; }

    /// <summary>Sends <c>channel.close</c>.</summary>
    /// <returns>Whether it was sent; if not the channel is closing or closed.</returns>
    internal bool StartClose(ReplyCode code, string text, RpcCall call)
    {
        SendPlan plan;
        IDriver driver;
        lock (_pump.Gate)
        {
            driver = _pump.Driver;
            if (_end is not null
                || _connection.TryEndSuspended(this)
                || _pump.Session.CloseChannel((ushort)Number, code, text, out RequestId id) != CommandResult.Ok)
            {
                return false;
            }

            StopBounding();
            _pump.Track(id, call);
            plan = driver.PlanSend();
        }

        driver.Execute(plan);
        return true;
    }

    internal AmqpException WhyClosed() => _end is { } end
        ? ToException(end)
        : new AmqpChannelClosedException(
            new SessionEnd(
                SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success,
                "The channel is being closed.", 0, _pump.Session.State),
            Number);

    internal void OnClosed(SessionEnd reason, CompletionBatch batch)
    {
        _connection.Forget(this);
        _endedWithSession = IsSessionOver;
        _end = reason;
        AmqpException error = ToException(reason);
        Volatile.Write(ref _closeReason, error);
        DropContent(reason, batch);
        FailWaiting(reason, batch);
        foreach (AmqpConsumer consumer in _consumers.Values)
        {
            consumer.End(error, batch);
        }

        _consumers.Clear();
        _lastConsumer = null;
        batch.Defer(() =>
        {
            Log.ChannelClosed(_connection.Logger, Number, error.Message);
            _completion.TrySetResult();
            Ended?.Invoke(error);
        });
    }

    // The broker owes the answer to the close, or to a call before it. What it still sends on the channel is dropped.
    private void GiveUp()
    {
        var batch = new CompletionBatch();
        lock (_pump.Gate)
        {
            if (_end is null)
            {
                _pump.Unregister(this);
                OnClosed(
                    new SessionEnd(
                        SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success,
                        "The broker did not answer the close.", 0, _pump.Session.State),
                    batch);
            }
        }

        batch.Run(_connection.Logger);
    }

    // A slow handler must not withhold the reply to the close; what still comes for it is dropped by then.
    private void StopBounding()
    {
        _callbacks?.Unbound();
        foreach (AmqpConsumer consumer in _consumers.Values)
        {
            consumer.StopBounding();
        }
    }

    internal async Task<T> CallAsync<T>(AmqpMethod request, CancellationToken cancellationToken)
        where T : AmqpMethod =>
        (T)await CallAsync(request, new RpcCall(), cancellationToken).ConfigureAwait(false);

    internal Task<object> CallAsync(AmqpMethod request, RpcCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _connection.StartCall(this, request, call);
        return _connection.WaitAsync(call, request.Id, cancellationToken);
    }

    private bool IsSessionOver => _pump.Session.State == ConnectionState.Closed;

    private AmqpException ToException(SessionEnd reason) =>
        Reasons.ForChannel(reason, Number, _endedWithSession || IsSessionOver, _pump.EndCause);
}
