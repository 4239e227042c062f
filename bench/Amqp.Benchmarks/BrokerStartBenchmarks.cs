using Amqp.FakeBroker;
using Amqp.Transport;
using BenchmarkDotNet.Attributes;

namespace Amqp.Benchmarks;

/// <summary>What a test pays for a fake broker of its own: from nothing to the first confirmed message.</summary>
[MemoryDiagnoser]
public class BrokerStartBenchmarks
{
    private static readonly byte[] s_body = "hello"u8.ToArray();

    /// <summary>Over a pipe in the process.</summary>
    [Benchmark(Baseline = true)]
    public async Task InProcess()
    {
        await using InMemoryBroker broker = new();
        DuplexPipeConnector connector = new(_ => ValueTask.FromResult(broker.Connect()));
        await using AmqpConnection connection =
            await AmqpConnection.ConnectAsync(new AmqpConnectionOptions(), connector);
        await PublishAsync(connection);
    }

    /// <summary>Over a TCP port of the loopback address.</summary>
    [Benchmark]
    public async Task Tcp()
    {
        await using InMemoryBroker broker = new();
        BrokerTcpListener listener = await broker.ListenAsync();
        await using AmqpConnection connection = await AmqpConnection.ConnectAsync(listener.Uri);
        await PublishAsync(connection);
    }

    private static async Task PublishAsync(AmqpConnection connection)
    {
        await using AmqpChannel channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q", s_body);
    }
}
