using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.Transport.Connect;
using Amqp.Transport.Drive;
using Amqp.Transport.Recover;

namespace Amqp.Transport;

// A connection that is made again. What is here does nothing without AmqpConnectionOptions.Recovery.
public sealed partial class AmqpConnection
{
    private readonly ConnectionRecovery? _recovery;
    private ulong _lastChannelId;

    /// <summary>Raised when <see cref="State"/> has changed, with the new one. Handlers run in order, beside those of
    /// consumers; nothing waits for them, so they may do anything with the connection.</summary>
    public event Action<RecoveryState>? StateChanged;

    /// <summary>Raised after each recovery, when the connection is ready again, with what was restored and what was
    /// not.</summary>
    public event Action<RecoveryReport>? Recovered;

    /// <summary>Raised when a queue that the broker names got another name (old, new). Everything that the connection
    /// itself refers to it by has followed; what the application sent to others has not.</summary>
    public event Action<string, string>? QueueRenamed;

    /// <summary>Where the connection stands. Without <see cref="AmqpConnectionOptions.Recovery"/> it is never
    /// <see cref="RecoveryState.Recovering"/>.</summary>
    public RecoveryState State
    {
        get
        {
            if (_recovery is { } recovery)
            {
                return recovery.State;
            }

            return !IsOpen ? RecoveryState.Closed : IsBlocked ? RecoveryState.Blocked : RecoveryState.Ready;
        }
    }

    /// <summary>What the last recovery did; <see langword="null"/> before the first.</summary>
    public RecoveryReport? LastRecovery => _recovery?.LastReport;

    internal BlockedPolicy WhenSuspended => Options.Recovery?.WhenRecovering ?? BlockedPolicy.Wait;

    BlockedPolicy IPumpOwner.WhenSuspended => WhenSuspended;

    /// <summary>Waits until the connection can be used.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends at once when it can be used already, and otherwise after its recovery.</returns>
    /// <exception cref="AmqpException">It has closed for good.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        if (_recovery is { } recovery)
        {
            return recovery.Ready.WaitAsync(cancellationToken);
        }

        return IsOpen || CloseReason is null ? Task.CompletedTask : Task.FromException(CloseReason);
    }

    internal void StartRecovering(IConnector connector) => _recovery!.Start(connector);

    /// <summary>A message id that no other connection gives.</summary>
    internal string NextMessageId() => _recovery!.NextMessageId();

    internal async Task WaitUntilReadyInTimeAsync(MethodId method, CancellationToken cancellationToken)
    {
        try
        {
            await _recovery!.Ready.WaitAsync(Options.RequestTimeout, Options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new AmqpTimeoutException(
                $"The connection was not recovered within {Options.RequestTimeout}; {method.Name()} was not sent.",
                error);
        }
    }

    /// <summary>Ends a channel that is not open on any stream at the moment. False when it is.</summary>
    internal bool TryEndSuspended(AmqpChannel channel)
    {
        if (!_pump.IsSuspended)
        {
            return false;
        }

        var batch = new CompletionBatch();
        _recovery!.Remove(channel);
        channel.OnClosed(
            new SessionEnd(
                SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success,
                "The channel was closed while the connection was being recovered.", 0, _pump.Session.State),
            batch);
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Batch.Run(state.Logger), (Batch: batch, Logger), preferLocal: false);
        return true;
    }

    /// <summary>A consumer was ended by the broker. The gate is held.</summary>
    internal void Forget(AmqpChannel channel, string tag) => _recovery?.Ledger.ForgetConsumer(channel.Id, tag);

    /// <summary>A channel has ended for good. The gate is held.</summary>
    internal void Forget(AmqpChannel channel) => _recovery?.Remove(channel);

    /// <summary>Goes on with another stream. The session is not started yet.</summary>
    internal AmqpConnection Relink(
        AmqpConnectionOptions options, TransportStream transport, AmqpEndpoint endpoint, TimeSpan handshakeTimeout)
    {
        lock (_pump.Gate)
        {
            _pump.Renew(options.ToSessionOptions(handshakeTimeout));
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Endpoint = endpoint;
            _driver = Driver.Create(_pump, transport, Options, Logger);
        }

        return this;
    }

    /// <summary>Drops the present stream only.</summary>
    internal Task AbortLinkAsync()
    {
        _driver.Abort();
        return LinkEnded;
    }

    /// <summary>Sends what was written under the gate.</summary>
    internal void SendNow()
    {
        Driver driver;
        SendPlan plan;
        lock (_pump.Gate)
        {
            driver = _driver;
            plan = driver.PlanSend();
        }

        driver.Execute(plan);
    }

    internal void SetClosed(AmqpException? error) => Volatile.Write(ref _closeReason, error);

    internal void Raise(RecoveryState state) => _callbacks.Enqueue(() => StateChanged?.Invoke(state));

    internal void RaiseRecovered(RecoveryReport report) => _callbacks.Enqueue(() => Recovered?.Invoke(report));

    internal void RaiseRenamed(string name, string newName) =>
        _callbacks.Enqueue(() => QueueRenamed?.Invoke(name, newName));

    bool IPumpOwner.WillRecover(SessionEnd reason) => _recovery is not null && _recovery.WillRecover(reason);

    void IPumpOwner.OnReplied(RpcCall call, AmqpMethod reply) => _recovery?.Record(call, reply);

    void IPumpOwner.OnReplayed(RecoveryReport report, CompletionBatch batch) => _recovery!.OnReplayed(report, batch);
}
