using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

// The end of a connection, and what happens to it as a whole.
public sealed partial class AmqpConnection : IPumpOwner
{
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isBlocked;
    private string? _blockedReason;

    /// <summary>Raised when the broker stops reading what this connection publishes, with its reason. Handlers run in
    /// order, beside those of consumers.</summary>
    public event Action<string>? Blocked;

    /// <summary>Raised when the broker reads again.</summary>
    public event Action? Unblocked;

    /// <summary>Whether the broker has stopped reading what this connection publishes.</summary>
    public bool IsBlocked => Volatile.Read(ref _isBlocked);

    /// <summary>The broker's reason while <see cref="IsBlocked"/>.</summary>
    public string? BlockedReason => Volatile.Read(ref _blockedReason);

    /// <summary>Closes the connection (<c>connection.close</c>) behind what was sent so far. When the broker does not
    /// answer within
    /// <see cref="AmqpConnectionOptions.CloseTimeout"/> the connection is dropped. Closing a closed connection does
    /// nothing.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Ends the wait; the close goes on.</param>
    /// <returns>A task that ends when the connection has closed.</returns>
    public Task CloseAsync(
        ReplyCode code = ReplyCode.Success, string text = "Goodbye", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        CompletionBatch batch = _pump.RentBatch();
        SendPlan plan = SendPlan.None;
        Driver driver;
        lock (_pump.Gate)
        {
            driver = _driver;
            if (_recovery is not null && _recovery.TryStop())
            {
                plan = SendPlan.None; // there is no connection to close
            }
            else if (_pump.Session.Close(code, text, _pump.Now) == CommandResult.Ok)
            {
                _pump.DrainCommands(batch);
                driver.UpdatePause();
                plan = driver.PlanSend();
            }
        }

        batch.Run(Logger);
        _pump.ReturnBatch(batch);
        driver.Execute(plan);
        return Completion.WaitAsync(cancellationToken);
    }

    /// <summary>Drops the connection at once, without a word to the broker.</summary>
    /// <returns>A task that ends when the stream is closed.</returns>
    public Task AbortAsync()
    {
        bool isStopped;
        lock (_pump.Gate)
        {
            isStopped = _recovery is not null && _recovery.TryStop();
        }

        if (!isStopped)
        {
            _driver.Abort();
        }

        return Completion;
    }

    /// <summary>Closes the connection, see <see cref="CloseAsync"/>.</summary>
    /// <returns>A task that ends when the connection has closed.</returns>
    public ValueTask DisposeAsync() => new(CloseAsync());

    void IPumpOwner.OnOpened(CompletionBatch batch)
    {
        TaskCompletionSource opened = _opened;
        batch.Defer(() => opened.TrySetResult());
    }

    void IPumpOwner.OnBlocked(string reason, CompletionBatch batch)
    {
        Volatile.Write(ref _blockedReason, reason);
        Volatile.Write(ref _isBlocked, true);
        _recovery?.OnBlocked(true);
        _callbacks.Enqueue(() =>
        {
            Log.Blocked(Logger, reason);
            Blocked?.Invoke(reason);
        });
    }

    void IPumpOwner.OnUnblocked(CompletionBatch batch)
    {
        Volatile.Write(ref _isBlocked, false);
        _recovery?.OnBlocked(false);
        Volatile.Write(ref _blockedReason, null);
        _callbacks.Enqueue(() =>
        {
            Log.Unblocked(Logger);
            Unblocked?.Invoke();
        });
    }

    void IPumpOwner.OnClosed(SessionEnd reason, CompletionBatch batch)
    {
        AmqpException error = Reasons.ForConnection(reason, _pump.EndCause);
        TaskCompletionSource opened = _opened;
        Volatile.Write(ref _isBlocked, false);
        if (_recovery is null || !_recovery.TryContinue(reason, error, batch))
        {
            Volatile.Write(ref _closeReason, error);
        }

        batch.Defer(() =>
        {
            if (reason.Kind == SessionEndKind.ClosedByApplication)
            {
                Log.Closed(Logger, Endpoint);
            }
            else
            {
                Log.ClosedUnexpectedly(Logger, Endpoint, error.Message);
            }

            opened.TrySetException(error);
            _ = opened.Task.Exception;
        });
    }
}
