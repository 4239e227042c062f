using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Amqp.Compare.Client;
using Amqp.Compare.Sink;

namespace Amqp.Compare.Orchestration;

/// <summary>The sink in its own process, and what it says about each run.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _port;

    private SinkProcess(Process process, int port) => (_process, _port) = (process, port);

    /// <summary>Where clients connect.</summary>
    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{_port}");

    /// <summary>Starts it and waits for its port.</summary>
    public static async Task<SinkProcess> StartAsync()
    {
        var process = ChildProcess.Start(["sink", "--port", "0"]);
        var line = await process.StandardOutput.ReadLineAsync();
        return line is not null
            ? new SinkProcess(process, int.Parse(line, CultureInfo.InvariantCulture))
            : throw new RunFailedException("the sink did not start: " + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>The totals since the last call.</summary>
    public async Task<SinkTotals> TakeAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("TAKE"u8.ToArray());
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync() ?? throw new RunFailedException("the sink is gone");
        return JsonSerializer.Deserialize<SinkTotals>(line)!;
    }

    /// <summary>Throws when the client's claim is not what the sink counted.</summary>
    public async Task CheckAsync(Cell cell, ClientResult claim)
    {
        var seen = await TakeAsync();
        var total = claim.Total;
        Expect(seen.Violations.Count == 0, "protocol violations: " + string.Join("; ", seen.Violations));
        Expect(seen.ConnectionsDropped == 0, $"{seen.ConnectionsDropped} connections ended without connection.close");
        Expect(seen.ConnectionsOpened == seen.ConnectionsClosed, "a connection is still open");
        switch (cell.Workload)
        {
            case "W1" or "W2" or "W7":
                Same("published", total, seen.Published);
                Same("body bytes", total * cell.Body, seen.PublishedBytes);
                Same("confirmed", cell.Workload is "W2" or "W7" ? total : 0, seen.Confirmed);
                break;
            case "W3":
                Same("acknowledged", total, seen.Acked);
                Expect(seen.Delivered >= total, $"claims {total} deliveries, the sink sent {seen.Delivered}");
                break;
            case "W4" or "W6":
                Same("published", total, seen.Published);
                Same("delivered", total, seen.Delivered);
                Same("acknowledged", cell.Workload == "W6" ? total : 0, seen.Acked);
                break;
            default:
                Same("connections", total, seen.ConnectionsClosed);
                Same("channels opened", total, seen.ChannelsOpened);
                Same("channels closed", total, seen.ChannelsClosed);
                break;
        }
    }

    private static void Same(string what, long claimed, long seen) =>
        Expect(claimed == seen, $"{what}: the client claims {claimed}, the sink counted {seen}");

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RunFailedException(otherwise);
        }
    }

    /// <summary>Ends the process.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
