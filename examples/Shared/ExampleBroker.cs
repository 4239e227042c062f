using Amqp.FakeBroker;

namespace Amqp.Examples;

/// <summary>
/// The broker of an example: the one that <c>--uri amqp://…</c> names, or else a fake one on a loopback port, which
/// the example starts and stops.
/// </summary>
internal sealed class ExampleBroker : IAsyncDisposable
{
    private InMemoryBroker? _fake;
    private BrokerTcpListener? _listener;

    /// <summary>Where the broker is.</summary>
    public required string Uri { get; init; }

    /// <summary>Reads the command line and starts the fake broker if it names none.</summary>
    public static async Task<ExampleBroker> StartAsync(string[] args)
    {
        if (UriOf(args) is { } uri)
        {
            return new ExampleBroker { Uri = uri };
        }

        var fake = new InMemoryBroker();
        var listener = await fake.ListenAsync();
        return new ExampleBroker { Uri = listener.Uri, _fake = fake, _listener = listener };
    }

    /// <summary>What follows <c>--uri</c>, or null.</summary>
    public static string? UriOf(string[] args)
    {
        var at = Array.IndexOf(args, "--uri");
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }
    }
}
