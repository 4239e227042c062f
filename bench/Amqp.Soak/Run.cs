using System.Globalization;
using Amqp.Integration.Brokers;
using Amqp.Transport;

namespace Amqp.Soak;

/// <summary>One soak: connections, flows, samples, and the account at the end.</summary>
internal static class Run
{
    private const int Connections = 8;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <returns>0 when nothing was lost, 1 otherwise, 2 when there is no broker.</returns>
    public static async Task<int> StartAsync(
        TimeSpan span, int channels, string? uri, string? picture, CancellationToken stop)
    {
        (RabbitNode? node, string reason) = uri is null ? await RabbitNode.TryStartAsync() : (null, "");
        if (uri is null && node is null)
        {
            await Console.Error.WriteLineAsync($"no broker: {reason}");
            return 2;
        }

        try
        {
            return await RunAsync(uri ?? node!.Uri, span, channels, picture, stop);
        }
        finally
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }
    }

    private static async Task<int> RunAsync(
        string uri, TimeSpan span, int channels, string? picture, CancellationToken stop)
    {
        List<AmqpConnection> connections = [];
        for (int i = 0; i < Connections; i++)
        {
            AmqpConnectionOptions options = AmqpConnectionOptions.Parse(uri) with { ConnectionName = $"soak {i}" };
            connections.Add(await AmqpConnection.ConnectAsync(options, stop));
        }

        List<Flow> flows = [];
        for (int i = 0; i < channels / 2; i++)
        {
            flows.Add(await Flow.OpenAsync(
                i, connections[i % Connections], connections[(i + 3) % Connections], stop));
        }

        var samples = new Samples(flows);
        using (var limit = new CancellationTokenSource(span, TimeProvider.System))
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token))
        {
            Task sampling = samples.TakeAsync(end.Token);
            await Task.WhenAll(flows.Select(flow => flow.PublishUntilAsync(end.Token)));
            await sampling;
        }

        using var drain = new CancellationTokenSource(DrainLimit, TimeProvider.System);
        await Task.WhenAll(flows.Select(flow => flow.DrainAsync(drain.Token)));
        foreach (Flow flow in flows)
        {
            await flow.CloseAsync();
        }

        foreach (AmqpConnection connection in connections)
        {
            await connection.DisposeAsync();
        }

        if (picture is not null)
        {
            samples.Draw(picture);
        }

        return Report(flows, samples);
    }

    private static int Report(List<Flow> flows, Samples samples)
    {
        foreach (IGrouping<FlowKind, Flow> kind in flows.GroupBy(flow => flow.Kind))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind.Key}: sent {kind.Sum(f => f.Sent)}, received {kind.Sum(f => f.Received)}, "
                + $"redelivered {kind.Sum(f => f.Redelivered)}, returned {kind.Sum(f => f.Returned)}"));
        }

        long lost = flows.Sum(flow => flow.Lost);
        long unknown = flows.Sum(flow => flow.Unexpected);
        (double first, double last) = samples.Memory();
        if (unknown > 0)
        {
            Console.WriteLine($"{unknown} messages came that were not sent, or again after they were acknowledged");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sent: {flows.Sum(f => f.Sent)}, received: {flows.Sum(f => f.Received)}, lost: {lost}, "
            + $"memory: {first:0} MiB → {last:0} MiB"));
        return lost == 0 && unknown == 0 ? 0 : 1;
    }
}
