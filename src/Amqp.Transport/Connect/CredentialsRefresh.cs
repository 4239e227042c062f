using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Connect;

/// <summary>Keeps the credentials of one connection fresh until it ends.</summary>
internal sealed class CredentialsRefresh(
    AmqpConnection connection, ICredentialsProvider provider, TimeProvider time, ILogger logger)
{
    // After a failure the next try follows soon, since the time is running out.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts to watch over credentials that run out; does nothing for others.</summary>
    public static void Start(
        AmqpConnection connection,
        ICredentialsProvider provider,
        AmqpCredentials credentials,
        TimeProvider time,
        ILogger logger)
    {
        if (credentials.ValidFor is { } validFor)
        {
            var refresh = new CredentialsRefresh(connection, provider, time, logger);
            _ = refresh.StopWithConnectionAsync();
            _ = refresh.RunAsync(validFor);
        }
    }

    private async Task StopWithConnectionAsync()
    {
        await connection.LinkEnded.ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(TimeSpan validFor)
    {
        TimeSpan wait = WaitFor(validFor);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, _stop.Token).ConfigureAwait(false);
                AmqpCredentials next = await AskAsync().ConfigureAwait(false);
                await connection.UpdateSecretAsync(next.Password, "The credentials were renewed.", _stop.Token)
                    .ConfigureAwait(false);
                Log.CredentialsRenewed(logger);
                if (next.ValidFor is not { } again)
                {
                    return;
                }

                wait = WaitFor(again);
            }
            catch (Exception error) when (!_stop.IsCancellationRequested)
            {
                Log.CredentialsNotRenewed(logger, error);
                wait = RetryAfter;
            }
            catch (Exception)
            {
                return; // the connection has ended
            }
        }
    }

    // A provider that never answers must not be the last one that was asked; it need not heed its token.
    private async Task<AmqpCredentials> AskAsync()
    {
        using var limit = new CancellationTokenSource(connection.Options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        return await provider.GetAsync(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
    }

    private static TimeSpan WaitFor(TimeSpan validFor)
    {
        TimeSpan wait = validFor * (2.0 / 3.0);
        return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > LongestWait ? LongestWait : wait;
    }
}
