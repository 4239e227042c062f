using Amqp.Transport;

namespace Amqp.Integration.Brokers;

/// <summary>Finds out whether a broker takes connections. The one file of these tests that waits in steps.</summary>
internal static class BrokerProbe
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Connects and closes once.</summary>
    /// <exception cref="AmqpException">It could not; says why.</exception>
    public static async Task ConnectOnceAsync(string uri, TimeSpan? limit = null)
    {
        var options = AmqpConnectionOptions.Parse(uri) with { ConnectTimeout = limit ?? TimeSpan.FromSeconds(15) };
        await using var connection = await AmqpConnection.ConnectAsync(options);
        await connection.CloseAsync();
    }

    /// <summary>Tries until the broker takes a connection, the limit has passed or it has died.</summary>
    /// <returns>Null, or why the broker is not ready.</returns>
    public static async Task<string?> AwaitReadyAsync(string uri, TimeSpan limit, Func<string?> died)
    {
        // A broker gives no other sign that suits all its versions: a node logs and opens its port before it is ready.
        using var steps = new PeriodicTimer(Step, TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (died() is { } reason)
            {
                return reason;
            }

            try
            {
                await ConnectOnceAsync(uri, TimeSpan.FromSeconds(5));
                return null;
            }
            catch (AmqpException error)
            {
                if (TimeProvider.System.GetElapsedTime(start) > limit)
                {
                    return $"not ready within {limit.TotalSeconds} s: {error.Message}";
                }
            }

            await steps.WaitForNextTickAsync();
        }
    }
}
