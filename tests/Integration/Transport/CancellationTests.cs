using System.IO.Pipelines;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>What a cancelled wait leaves behind.</summary>
public sealed class CancellationTests
{
    private readonly PipePeer _peer = new();

    [Fact]
    public async Task A_publish_cancelled_while_it_waits_for_room_is_never_sent()
    {
        var options = new AmqpConnectionOptions { MaxPendingOutputBytes = 10_000 };
        var connection = await _peer.ConnectAsync(options).Within();
        var channel = await _peer.OpenChannelAsync(connection).Within();
        using var cancel = new CancellationTokenSource();
        var body = new byte[1000];
        var before = new List<Task>();
        Task waiting;
        do
        {
            waiting = channel.PublishAsync("", "before", body).AsTask();
            before.Add(waiting);
        }
        while (waiting.IsCompleted);

        var cancelled = channel.PublishAsync("", "cancelled", body, cancellationToken: cancel.Token).AsTask();
        var after = channel.PublishAsync("", "after", body).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());

        var sent = await _peer.TakeUntilAsync("after").Within();
        await Task.WhenAll(before).Within();
        await after.Within();
        Assert.DoesNotContain("cancelled", sent, StringComparison.Ordinal);
        Assert.Equal(before.Count, sent.Split("before").Length - 1);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_publish_cancelled_while_it_waits_for_its_confirm_was_sent_and_keeps_its_number()
    {
        var connection = await _peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var channel = await _peer.OpenChannelAsync(connection, confirms: true).Within();
        using var cancel = new CancellationTokenSource();
        var first = channel.PublishAsync("", "first", default, cancellationToken: cancel.Token).AsTask();
        var second = channel.PublishAsync("", "second", default).AsTask();
        await _peer.TakeUntilAsync("second").Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within());
        Assert.False(second.IsCompleted);

        _peer.Queue(1, new BasicNack { DeliveryTag = 1 });
        _peer.Queue(1, new BasicAck { DeliveryTag = 2 });
        await _peer.FlushAsync().Within();
        await second.Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_late_confirm_makes_publishing_wait_and_is_no_misuse()
    {
        var connection = await _peer.ConnectAsync(new AmqpConnectionOptions
        {
            Limits = AmqpLimits.Default with { MaxUnsettledPublishes = 4 },
        }).Within();
        var channel = await _peer.OpenChannelAsync(connection, confirms: true).Within();
        var publishes = Enumerable.Range(1, 4).Select(_ => channel.PublishAsync("", "q", default).AsTask()).ToArray();
        for (ulong tag = 2; tag <= 4; tag++)
        {
            _peer.Queue(1, new BasicAck { DeliveryTag = tag });
        }

        await _peer.FlushAsync().Within();
        await Task.WhenAll(publishes[1..]).Within();
        Assert.Equal(1, channel.UnsettledPublishes);
        var fifth = channel.PublishAsync("", "fifth", default).AsTask();
        Assert.False(fifth.IsCompleted);

        _peer.Queue(1, new BasicAck { DeliveryTag = 1 });
        await _peer.FlushAsync().Within();
        await _peer.TakeUntilAsync("fifth").Within();
        _peer.Queue(1, new BasicAck { DeliveryTag = 5 });
        await _peer.FlushAsync().Within();
        await fifth.Within();
        await publishes[0].Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_connector_that_does_not_heed_its_token_is_not_waited_for_and_its_late_stream_is_closed()
    {
        var late = new TaskCompletionSource<IDuplexPipe>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connector = new DuplexPipeConnector(_ => new ValueTask<IDuplexPipe>(late.Task));
        var options = new AmqpConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(options, connector).Within());
        Assert.Equal(ConnectPhase.Tcp, Assert.Single(error.Attempts).Phase);

        late.SetResult(_peer);
        Assert.Empty(await _peer.TakeBytesAsync().Within());
    }

    [Fact]
    public async Task A_stream_that_cannot_be_closed_does_not_keep_a_connection_from_ending()
    {
        await using var broker = new InMemoryBroker();
        var pipe = new StuckPipe(broker.Connect());
        var connection = await AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions(),
            new DuplexPipeConnector(_ => ValueTask.FromResult<IDuplexPipe>(pipe))).Within();
        await connection.CloseAsync().Within();
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task A_connector_that_does_not_heed_its_token_can_be_cancelled()
    {
        var late = new TaskCompletionSource<IDuplexPipe>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connector = new DuplexPipeConnector(_ => new ValueTask<IDuplexPipe>(late.Task));
        using var cancel = new CancellationTokenSource();
        var connecting = AmqpConnection.ConnectAsync(new AmqpConnectionOptions(), connector, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
    }

    // Someone else's pipe, whose end never comes.
    private sealed class StuckPipe(IDuplexPipe inner) : IDuplexPipe, IAsyncDisposable
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output => inner.Output;

        public ValueTask DisposeAsync() => new(new TaskCompletionSource().Task);
    }
}
