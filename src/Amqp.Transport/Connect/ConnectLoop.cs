using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Recovery;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Connect;

/// <summary>Makes the first connection: passes over the endpoints with delays between them, as the options
/// say.</summary>
internal sealed class ConnectLoop(AmqpConnectionOptions options, IConnector connector)
{
    // Somebody may wait for a broker for days.
    private const int MostListed = 256;

    private readonly Clock _clock = new(options.TimeProvider);
    private readonly Queue<AmqpConnectAttempt> _attempts = new();
    private long _total;

    public Task<AmqpConnection> RunAsync(CancellationToken cancellationToken) => options.ConnectRetry is { } policy
        ? RunAsync(policy with { Seed = options.SeedOf(policy) }, cancellationToken)
        : new ConnectWorkflow(options, connector).RunAsync(cancellationToken);

    private async Task<AmqpConnection> RunAsync(RecoveryPolicy policy, CancellationToken cancellationToken)
    {
        var supervisor = new RecoverySupervisor(policy, options.Endpoints.Length, _clock.Now);
        try
        {
            while (true)
            {
                if (await TryAsync(supervisor, cancellationToken).ConfigureAwait(false) is { } connection)
                {
                    return connection;
                }

                TimeSpan wait = supervisor.NextAttempt - _clock.Now;
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, options.TimeProvider, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && _total > 0)
        {
            AmqpConnectException failures = Failures();
            throw new OperationCanceledException(
                $"Connecting was cancelled. {failures.Message}", failures, cancellationToken);
        }
    }

    // One pass. Null when there is to be another one.
    private async Task<AmqpConnection?> TryAsync(RecoverySupervisor supervisor, CancellationToken cancellationToken)
    {
        supervisor.OnAttemptStarted();
        ImmutableArray<int> order = [.. supervisor.Endpoints];
        var workflow = new ConnectWorkflow(options, connector)
        {
            Endpoints = [.. order.Select(each => options.Endpoints[each])],
            Pass = supervisor.Attempts,
        };
        try
        {
            return await workflow.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AmqpException error)
        {
            Note(workflow.Attempts, supervisor);
            var refusal = error as AmqpConnectionClosedException;
            supervisor.OnAttemptFailed(refusal?.Reason, _clock.Now);
            if (supervisor.NextAttempt != MonoTime.Never)
            {
                return null;
            }

            if (refusal is null || (_total > 1 && refusal.ConnectAttempts.IsEmpty))
            {
                throw Failures();
            }

            refusal.ConnectAttempts = [.. _attempts];
            throw;
        }
        catch (OperationCanceledException)
        {
            Note(workflow.Attempts, supervisor);
            throw;
        }
    }

    private void Note(IReadOnlyList<AmqpConnectAttempt> attempts, RecoverySupervisor supervisor)
    {
        foreach (AmqpConnectAttempt attempt in attempts)
        {
            int index = IndexOf(attempt.Endpoint);
            if (index >= 0)
            {
                supervisor.OnEndpointFailed(index);
            }

            _attempts.Enqueue(attempt);
            _total++;
            if (_attempts.Count > MostListed)
            {
                _attempts.Dequeue();
            }
        }
    }

    private AmqpConnectException Failures() => new([.. _attempts], _total);

    // An attempt names the endpoint with the address that it was resolved to.
    private int IndexOf(AmqpEndpoint endpoint)
    {
        for (int i = 0; i < options.Endpoints.Length; i++)
        {
            if (options.Endpoints[i].Host == endpoint.Host && options.Endpoints[i].Port == endpoint.Port)
            {
                return i;
            }
        }

        return -1;
    }
}
