using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Definitions;
using Amqp.FakeBroker.Http;

namespace Amqp.Sim.Cli;

/// <summary>Runs a broker until it is told to stop.</summary>
internal static class Server
{
    private const int Failed = 1;

    // These live as long as the process: a signal that comes while it ends must neither find them disposed of nor meet
    // the default action, which is to kill.
    private static readonly CancellationTokenSource s_ended = new();
    private static readonly List<PosixSignalRegistration> s_signals = [];

    /// <summary>Serves; returns the exit code.</summary>
    public static async Task<int> RunAsync(ServeOptions options, CancellationToken stop)
    {
        // SIGINT and SIGTERM end it in order. The command line library's own handling would give up after two seconds
        // and exit with 130.
        s_signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, End));
        s_signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, End));
        using CancellationTokenRegistration registration = stop.Register(s_ended.Cancel);
        try
        {
            await using InMemoryBroker broker = new(options.Broker);
            if (options.Definitions is { } file)
            {
                Naming(file.FullName, () => Import(broker, file));
            }

            BrokerTls? tls = Tls(options);
            BrokerTcpListener listener = await NamingAsync(
                $"port {options.Port}", () => broker.ListenAsync(options.Port, options.UsesTls ? tls : null, stop))
                .ConfigureAwait(false);
            if (options.TlsPort is { } tlsPort)
            {
                Show(await NamingAsync($"port {tlsPort}", () => broker.ListenAsync(tlsPort, tls, stop))
                    .ConfigureAwait(false));
            }

            if (options.ControlPort is { } port)
            {
                await ServeWithControlAsync(broker, listener, port, s_ended.Token).ConfigureAwait(false);
            }
            else
            {
                await ServeAsync(listener, s_ended.Token).ConfigureAwait(false);
            }

            Log("stopped");
            return 0;
        }
        catch (StartException e)
        {
            Log(e.Message);
            return Failed;
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            s_ended.Cancel();
        }
    }

    // In a method of its own, so that ASP.NET is not even loaded without a control plane.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ServeWithControlAsync(
        InMemoryBroker broker, BrokerTcpListener listener, int port, CancellationToken stop)
    {
        await using ControlPlane control = await NamingAsync(
            $"control port {port}", () => ControlPlane.StartAsync(broker, port, stop)).ConfigureAwait(false);
        Console.Out.WriteLine($"control on {control.Uri}");
        await ServeAsync(listener, stop).ConfigureAwait(false);
    }

    private static async Task ServeAsync(BrokerTcpListener listener, CancellationToken stop)
    {
        Show(listener);
        Console.Out.Flush();
        Log("ready; SIGINT or SIGTERM stops it");

        // Making one takes longer than all the rest of the start: it is done while the first client is on its way.
        _ = listener.Tls?.Certificate;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.Register(ended.SetResult))
        {
            await ended.Task.ConfigureAwait(false);
            Log("stopping");
        }
    }

    // Without the login, as scripts look for "listening on amqp://127.0.0.1:PORT".
    private static void Show(BrokerTcpListener listener) => Console.Out.WriteLine(
        $"listening on {(listener.Tls is null ? "amqp" : "amqps")}://127.0.0.1:{listener.Port}");

    private static BrokerTls? Tls(ServeOptions options) => !options.UsesTls && options.TlsPort is null
        ? null
        : options.Certificate is { } certificate
            ? Naming(
                certificate.FullName, () => BrokerTls.FromPemFiles(certificate.FullName, options.Key?.FullName))
            : BrokerTls.SelfSigned();

    private static bool Import(InMemoryBroker broker, FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        broker.Import(BrokerDefinitions.Read(stream));
        return true;
    }

    private static T Naming<T>(string what, Func<T> start)
    {
        try
        {
            return start();
        }
        catch (Exception e) when (IsExpected(e))
        {
            throw new StartException($"{what}: {e.Message}", e);
        }
    }

    private static async Task<T> NamingAsync<T>(string what, Func<Task<T>> start)
    {
        try
        {
            return await start().ConfigureAwait(false);
        }
        catch (Exception e) when (IsExpected(e))
        {
            throw new StartException($"{what}: {e.Message}", e);
        }
    }

    private static bool IsExpected(Exception e) => e is IOException or SocketException or CryptographicException
        or FormatException or UnauthorizedAccessException or ArgumentException or BrokerControlException;

    private static void Log(string text) => Console.Error.WriteLine($"amqp-sim: {text}");
}
