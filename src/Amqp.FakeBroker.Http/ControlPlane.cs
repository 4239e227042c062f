using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Amqp.FakeBroker.Http;

/// <summary>
/// A broker's control plane over HTTP on the loopback address: RabbitMQ's management API under /api, with basic
/// authentication, and faults, time and the journal under /sim, without. Safe to use from any thread.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private const int LargestBody = 64 * 1024 * 1024;

    private readonly WebApplication _app;

    private ControlPlane(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    /// <summary>The port listened on, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The address, without a path: http://127.0.0.1:PORT.</summary>
    public Uri Uri => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>Starts to serve; it is ready when the task completes.</summary>
    /// <param name="broker">The broker to control. It is not disposed of with the control plane.</param>
    /// <param name="port">The port, 0 to 65535; 0 lets the system choose.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The control plane; dispose of it to stop it.</returns>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ControlPlane> StartAsync(
        InMemoryBroker broker, int port = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broker);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = LargestBody;
        });
        WebApplication app = builder.Build();
        Dispatcher dispatcher = new(broker, RouteTable.Build());
        app.Run(dispatcher.HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new ControlPlane(app, new Uri(address).Port);
    }

    /// <summary>Stops serving; requests under way are given up.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new();
        atOnce.Cancel();
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
