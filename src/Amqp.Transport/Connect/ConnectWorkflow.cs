using System.Collections.Immutable;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Connect;

/// <summary>Tries the endpoints in order, and each one's addresses in order, within one deadline: one pass.</summary>
internal sealed class ConnectWorkflow(
    AmqpConnectionOptions options, IConnector connector, AmqpConnection? former = null)
{
    // A connector that heeds its token says better than the deadline does what it was waiting for.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly ImmutableArray<AmqpConnectAttempt>.Builder _attempts =
        ImmutableArray.CreateBuilder<AmqpConnectAttempt>();
    private readonly ILogger _logger = SafeLogger.Create(options.LoggerFactory);
    private readonly long _startedAt = options.TimeProvider.GetTimestamp();

    /// <summary>What was tried in vain so far.</summary>
    public IReadOnlyList<AmqpConnectAttempt> Attempts => _attempts;

    /// <summary>The endpoints in the order in which they are tried.</summary>
    public ImmutableArray<AmqpEndpoint> Endpoints { get; init; } = options.Endpoints;

    /// <summary>Which pass it is, from 1.</summary>
    public int Pass { get; init; } = 1;

    private TimeSpan Left => options.ConnectTimeout - options.TimeProvider.GetElapsedTime(_startedAt);

    public async Task<AmqpConnection> RunAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Endpoints.Length && Left > TimeSpan.Zero; i++)
        {
            int endpointsAfter = Endpoints.Length - i - 1;
            AmqpEndpoint endpoint = Endpoints[i];
            IReadOnlyList<AmqpEndpoint> targets =
                await ResolveAsync(endpoint, Share(endpointsAfter + 1), cancellationToken).ConfigureAwait(false);
            for (int j = 0; j < targets.Count && Left > TimeSpan.Zero; j++)
            {
                TimeSpan budget = Share(targets.Count - j + endpointsAfter);
                if (await TryAsync(targets[j], budget, cancellationToken).ConfigureAwait(false) is { } connection)
                {
                    return connection;
                }
            }
        }

        // A broker that only hangs up after the login or the virtual host most likely refuses it. That is a guess, so
        // the other endpoints were tried as well.
        throw _attempts is [{ Cause: AmqpException guess }] && IsRefusal(guess)
            ? guess
            : new AmqpConnectException(_attempts.ToImmutable());
    }

    private static bool IsRefusal(AmqpException error) =>
        error is AmqpAuthenticationException or AmqpVirtualHostException;

    // What is left of the time is shared evenly, so that one silent server cannot use up the time of the others.
    private TimeSpan Share(int parts)
    {
        TimeSpan share = Left / parts;
        return share > TimeSpan.FromMilliseconds(1) ? share : TimeSpan.FromMilliseconds(1);
    }

    private async Task<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
        AmqpEndpoint endpoint, TimeSpan budget, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(budget, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            IReadOnlyList<AmqpEndpoint> targets = await connector.ResolveAsync(endpoint, linked.Token)
                .AsTask().WaitAsync(linked.Token).ConfigureAwait(false);
            if (targets.Count == 0)
            {
                var error = new AmqpException("The name has no address.");
                Note(endpoint, ConnectPhase.Dns, "the name has no address", error);
            }

            return targets;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            string message = error is OperationCanceledException
                ? $"the name was not resolved within {budget}"
                : $"the name cannot be resolved: {error.Message}";
            Note(endpoint, ConnectPhase.Dns, message, error);
            return [];
        }
    }

    // Null when the next one is to be tried.
    private async Task<AmqpConnection?> TryAsync(
        AmqpEndpoint target, TimeSpan budget, CancellationToken cancellationToken)
    {
        long startedAt = options.TimeProvider.GetTimestamp();
        AmqpConnectionOptions current = options;
        AmqpCredentials? credentials = null;
        if (options.CredentialsProvider is { } provider)
        {
            credentials = await GetCredentialsAsync(provider, target, budget, cancellationToken).ConfigureAwait(false);
            if (credentials is null)
            {
                return null;
            }

            current = With(credentials);
        }

        if (await OpenStreamAsync(target, budget, cancellationToken).ConfigureAwait(false) is not { } stream)
        {
            return null;
        }

        TimeSpan left = budget - options.TimeProvider.GetElapsedTime(startedAt);
        left = left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        AmqpConnection connection = former is null
            ? new AmqpConnection(current, stream, target, left, _logger)
            : former.Relink(current, stream, target, left);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            Log.Connected(
                _logger, target, connection.Tuning.FrameMax, connection.Tuning.ChannelMax, connection.Tuning.Heartbeat);
            if (credentials is not null)
            {
                CredentialsRefresh.Start(
                    connection, options.CredentialsProvider!, credentials, options.TimeProvider, _logger);
            }

            return connection;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await connection.AbortLinkAsync().ConfigureAwait(false);
            throw;
        }
        catch (AmqpException error)
        {
            await connection.LinkEnded.ConfigureAwait(false);
            if (error is AmqpConnectionClosedException { Code: not ReplyCode.Success } refusal && IsRefusal(refusal))
            {
                // The broker said so, and the next endpoint would be asked with the same credentials.
                Note(target, ConnectPhase.Amqp, refusal.Message, refusal);
                refusal.ConnectAttempts = _attempts.ToImmutable();
                throw;
            }

            Note(target, ConnectPhase.Amqp, Greeting.Explain(connection.Greeting, error, left), error);
            return null;
        }
    }

    private AmqpConnectionOptions With(AmqpCredentials credentials) =>
        options with { UserName = credentials.UserName, Password = credentials.Password };

    // Null when there are none, or none that can be sent.
    private async Task<AmqpCredentials?> GetCredentialsAsync(
        ICredentialsProvider provider, AmqpEndpoint target, TimeSpan budget, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(budget, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            AmqpCredentials credentials = await provider.GetAsync(linked.Token).AsTask().WaitAsync(linked.Token)
                .ConfigureAwait(false);
            With(credentials).Validate();
            return credentials;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            string message = error is OperationCanceledException
                ? $"the credentials provider gave none within {budget.TotalSeconds:0.###} s"
                : $"the credentials provider gave none that can be used: {error.Message}";
            Note(target, ConnectPhase.Credentials, message, error);
            return null;
        }
    }

    private async Task<TransportStream?> OpenStreamAsync(
        AmqpEndpoint target, TimeSpan budget, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(budget, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Task<TransportStream>? opening = null;
        bool isHandedOver = false;
        try
        {
            opening = (connector is IInlineConnector ours
                ? ours.ConnectInlineAsync(target, linked.Token)
                : connector.ConnectAsync(target, linked.Token)).AsTask();
            TransportStream stream = await opening.WaitAsync(budget + Grace, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
            isHandedOver = true;
            return stream;
        }
        catch (ConnectPhaseException error) when (!cancellationToken.IsCancellationRequested)
        {
            Note(target, error.Phase, error.Message, error.Cause);
            return null;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Note(target, ConnectPhase.Tcp, Greeting.ExplainTcp(error, budget), error);
            return null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new OperationCanceledException("Connecting was cancelled.", error, cancellationToken);
        }
        finally
        {
            if (opening is not null && !isHandedOver)
            {
                _ = DropLateAsync(opening);
            }
        }
    }

    // A connector that does not heed its token is not waited for; what it makes after all is closed.
    private static async Task DropLateAsync(Task<TransportStream> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            TransportStream late = await opening.ConfigureAwait(false);
            late.Abort();
            await late.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Note(AmqpEndpoint target, ConnectPhase phase, string message, Exception cause)
    {
        var attempt = new AmqpConnectAttempt(target, target.Address, phase, message, cause) { Pass = Pass };
        _attempts.Add(attempt);
        Log.AttemptFailed(_logger, attempt);
    }
}
