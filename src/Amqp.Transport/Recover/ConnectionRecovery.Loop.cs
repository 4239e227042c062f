using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Transport.Connect;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Recover;

// The loop from a loss to the next time that the connection is ready, or to its end.
internal sealed partial class ConnectionRecovery
{
    private async Task RunAsync()
    {
        try
        {
            while (await WaitForAttemptAsync().ConfigureAwait(false))
            {
                if (await ConnectAgainAsync().ConfigureAwait(false) && await RestoreAsync().ConfigureAwait(false))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The application has closed the connection.
        }
        catch (Exception error)
        {
            _lastError = new AmqpRecoveryException($"Recovering failed: {error.Message}", null, error);
        }

        EndForGood();
        await CompleteAsync().ConfigureAwait(false);
    }

    // False when there is none to wait for.
    private async Task<bool> WaitForAttemptAsync()
    {
        await _connection.LinkEnded.ConfigureAwait(false);
        TimeSpan wait;
        lock (_pump.Gate)
        {
            if (_supervisor.NextAttempt == MonoTime.Never)
            {
                return false;
            }

            wait = _supervisor.NextAttempt - _pump.Now;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _connection.Options.TimeProvider, _stop.Token).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<bool> ConnectAgainAsync()
    {
        ImmutableArray<AmqpEndpoint> endpoints = _connection.Options.Endpoints;
        ConnectWorkflow workflow;
        lock (_pump.Gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            _supervisor.OnAttemptStarted();
            _phase = RecoveryPhase.Connecting;
            workflow = new ConnectWorkflow(_connection.Options, _connector!, _connection)
            {
                Endpoints = [.. _supervisor.Endpoints.Select(each => endpoints[each])],
                Pass = _supervisor.Attempts,
            };
        }

        AmqpException? failure = null;
        try
        {
            await workflow.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (AmqpException error)
        {
            failure = error;
        }

        lock (_pump.Gate)
        {
            foreach (AmqpConnectAttempt attempt in workflow.Attempts)
            {
                _supervisor.OnEndpointFailed(IndexOf(attempt.Endpoint));
            }

            if (failure is null)
            {
                return true;
            }

            _phase = RecoveryPhase.Waiting;
            _lastError = failure;
            _supervisor.OnAttemptFailed((failure as AmqpConnectionClosedException)?.Reason, _pump.Now);
            return false;
        }
    }

    // True when the connection is ready.
    private async Task<bool> RestoreAsync()
    {
        var batch = new CompletionBatch();
        TaskCompletionSource<RecoveryVerdict?> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_pump.Gate)
        {
            _outcome = outcome;
            _supervisor.OnConnected(IndexOf(_connection.Endpoint));
            _phase = RecoveryPhase.Replaying;
            if (_pump.End is { } end || _pump.Session.State != ConnectionState.Open)
            {
                _supervisor.OnEnded(_pump.End ?? Lost(), _pump.Now);
                _phase = RecoveryPhase.Waiting;
                return false;
            }

            _opened.Clear();
            _dropped.Clear();
            _pump.StartReplay(new TopologyReplay(Ledger, _channels.Keys.ToArray(), this, _options.Replay), batch);
        }

        batch.Run(_connection.Logger);
        _connection.SendNow();
        using CancellationTokenRegistration registration = _stop.Token.UnsafeRegister(
            static state => ((TaskCompletionSource<RecoveryVerdict?>)state!).TrySetResult(RecoveryVerdict.GiveUp),
            outcome);
        switch (await outcome.Task.ConfigureAwait(false))
        {
            case RecoveryVerdict.Ready:
                return true;
            case null:
                return false; // the stream was lost again
            default:
                CloseLink();
                return false;
        }
    }

    private static SessionEnd Lost() => new(
        SessionEndKind.StreamLost, CloseInitiator.Peer, ReplyCode.Success, "The stream is closing.", 0,
        ConnectionState.Closing);

    private void CloseLink()
    {
        var batch = new CompletionBatch();
        lock (_pump.Gate)
        {
            _phase = RecoveryPhase.Waiting;
            _pump.Session.Close(ReplyCode.Success, "The topology could not be restored.", _pump.Now);
            _pump.DrainCommands(batch);
        }

        batch.Run(_connection.Logger);
        _connection.SendNow();
    }

    private void EndForGood()
    {
        var batch = new CompletionBatch();
        lock (_pump.Gate)
        {
            bool isStopped = _stop.IsCancellationRequested;
            _supervisor.Close();
            SessionEnd reason = isStopped
                ? new SessionEnd(
                    SessionEndKind.ClosedByApplication, CloseInitiator.Application, ReplyCode.Success,
                    "It was closed while it was being recovered.", 0, ConnectionState.Closed)
                : _supervisor.LastEnd ?? Lost();
            AmqpException error = isStopped ? Reasons.ForConnection(reason) : WhyGivenUp();
            _connection.SetClosed(error);
            Close(reason, error, batch);
            _connection.Raise(RecoveryState.Closed);
        }

        batch.Run(_connection.Logger);
    }

    private AmqpException WhyGivenUp() => _lastReport is { IsComplete: false } report && _phase != RecoveryPhase.Closed
        ? new AmqpRecoveryException($"The topology could not be restored: {report}", report, null)
        : _lastError is AmqpAuthenticationException or AmqpVirtualHostException
            ? _lastError
            : new AmqpRecoveryException(
                $"The connection was lost and could not be made again in {_supervisor.Attempts} attempts. "
                + $"{_lastError?.Message}",
                null,
                _lastError);

    // Ends what waits for the connection.
    private void Close(SessionEnd reason, AmqpException error, CompletionBatch batch)
    {
        _phase = RecoveryPhase.Closed;
        while (_held.TryDequeue(out RpcCall? call))
        {
            batch.Add(call, error);
        }

        foreach (AmqpChannel channel in _channels.Values.ToArray())
        {
            channel.OnClosed(reason, batch);
        }

        if (_ready.Task.IsCompleted)
        {
            Volatile.Write(ref _ready, NewSource());
        }

        TaskCompletionSource ready = _ready;
        batch.Defer(() =>
        {
            ready.TrySetException(error);
            _ = ready.Task.Exception;
        });
    }

    private async Task CompleteAsync()
    {
        await _connection.LinkEnded.ConfigureAwait(false);
        _completion.TrySetResult();
    }
}
