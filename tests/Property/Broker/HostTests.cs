using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>The hosts: pipes and TCP reach the same broker, and nothing outlives it.</summary>
public class HostTests
{
    [Fact]
    public async Task A_pipe_reaches_the_broker_and_hanging_up_ends_the_connection()
    {
        await using var broker = new InMemoryBroker();
        var pipe = broker.Connect();
        await pipe.Output.WriteAsync(FrameWriter.ProtocolHeader.ToArray());
        var read = await pipe.Input.ReadAtLeastAsync(8);
        Assert.Equal(1, read.Buffer.FirstSpan[0]);
        Assert.Equal(1, broker.ConnectionCount);
        pipe.Input.AdvanceTo(read.Buffer.End);
        await pipe.Output.CompleteAsync();
        read = await pipe.Input.ReadAsync();
        while (!read.IsCompleted)
        {
            pipe.Input.AdvanceTo(read.Buffer.End);
            read = await pipe.Input.ReadAsync();
        }

        Assert.Equal(0, broker.ConnectionCount);
    }

    [Fact]
    public async Task A_wrong_header_over_tcp_gets_the_right_one_and_the_end()
    {
        await using var broker = new InMemoryBroker();
        await using var listener = await broker.ListenAsync();
        Assert.Equal($"amqp://guest:guest@127.0.0.1:{listener.Port}", listener.Uri);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, listener.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("AMQP\u0003\u0001\0\0"u8.ToArray());
        var answer = new byte[9];
        Assert.Equal(8, await stream.ReadAtLeastAsync(answer, 9, throwOnEndOfStream: false));
        Assert.Equal(FrameWriter.ProtocolHeader.ToArray(), answer[..8]);
    }

    [Theory]
    [InlineData(CutKind.Fin)]
    [InlineData(CutKind.Reset)]
    public async Task A_connection_that_is_cut_as_it_comes_ends_and_the_next_one_is_served(CutKind kind)
    {
        await using var broker = new InMemoryBroker();
        await using var listener = await broker.ListenAsync();
        broker.Inject(new CutNextConnection(new CutAtTime(TimeSpan.Zero, kind)));
        using (var cut = new TcpClient())
        {
            Assert.Equal(0, await ReadOctetsAsync(cut, listener.Port, []));
        }

        using var client = new TcpClient();
        Assert.Equal(1, await ReadOctetsAsync(client, listener.Port, FrameWriter.ProtocolHeader.ToArray()));

        broker.Inject(new CutNextConnection(new CutAtTime(TimeSpan.Zero, kind)));
        var pipe = broker.Connect();
        var first = await Record.ExceptionAsync(async () => await pipe.Input.ReadAsync());
        Assert.True(first is null or IOException, $"{first}");
        Assert.Equal(1, broker.ConnectionCount);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_mistake_of_the_brokers_own_ends_one_connection_with_541_and_is_in_the_journal()
    {
        await using var broker = new InMemoryBroker();
        broker.Control(static core =>
        {
            core.DeclareQueue("/", "q");
            core.Observer = new FailingObserver();
        });
        var other = await PipePeer.OpenAsync(broker);
        var victim = await PipePeer.OpenAsync(broker);
        await victim.SendRawAsync(BrokerPeer.PublishBytes(1, "", "q", "m"));
        await victim.ReadUntilAsync(MethodId.ConnectionClose);
        await victim.ReadToEndAsync();
        Assert.Contains(broker.Journal(), static entry =>
            entry.Text.Contains("on purpose", StringComparison.Ordinal));

        broker.Control(static core => core.Observer = null);
        await other.SendRawAsync(BrokerPeer.PublishBytes(1, "", "q", "m"));
        await broker.Queue("q").WaitForMessagesAsync(1);
    }

    [Fact]
    public async Task A_broker_that_was_stopped_stays_so_until_it_is_started_whatever_else_was_planned()
    {
        var time = new SteppedTime();
        await using var broker = new InMemoryBroker(time: time);
        await using var listener = await broker.ListenAsync();
        broker.Inject(new CrashBroker(TimeSpan.FromSeconds(1)));
        broker.ShutDown();
        time.Step(TimeSpan.FromSeconds(2));
        Assert.True(broker.IsDown);
        Assert.Throws<IOException>(() => broker.Connect());

        broker.Inject(new RestartBroker(TimeSpan.Zero));
        Assert.False(broker.IsDown);
        using var client = new TcpClient();
        Assert.Equal(1, await ReadOctetsAsync(client, listener.Port, FrameWriter.ProtocolHeader.ToArray()));
    }

    [Fact]
    public async Task Disposing_ends_connections_and_listeners()
    {
        var broker = new InMemoryBroker();
        var listener = await broker.ListenAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, listener.Port);
        await client.GetStream().WriteAsync(FrameWriter.ProtocolHeader.ToArray());
        var pipe = broker.Connect();
        var first = new byte[1];
        Assert.Equal(1, await client.GetStream().ReadAsync(first));
        await broker.DisposeAsync();
        var end = await pipe.Input.ReadAsync();
        Assert.True(end.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => broker.Connect());
        await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            using var late = new TcpClient();
            await late.ConnectAsync(IPAddress.Loopback, listener.Port);
        });
    }

    private sealed class FailingObserver : IBrokerObserver
    {
        public void OnEvent(in BrokerEvent brokerEvent) => throw new FormatException("on purpose");
    }

    /// <summary>Connects, sends, and reads at most one octet; 0 when the stream ended or was reset.</summary>
    private static async Task<int> ReadOctetsAsync(TcpClient client, int port, byte[] greeting)
    {
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            await client.Client.SendAsync(greeting);
            return await client.Client.ReceiveAsync(new byte[1]);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
