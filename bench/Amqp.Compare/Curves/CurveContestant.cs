using Amqp.Compare.Client;
using Amqp.Transport;

namespace Amqp.Compare.Curves;

/// <summary>This project's client with more and more of one thing, on one connection.</summary>
internal sealed class CurveContestant(ClientArguments arguments, Meter meter)
{
    // Deliveries that may be on their way, over all consumers together.
    private const int InFlight = 2000;

    private readonly AmqpConnectionOptions _options = AmqpConnectionOptions.FromUri(arguments.Uri);
    private readonly byte[] _body = TestBody.Create(arguments.Body);
    private readonly Lock _gate = new();

    /// <summary>C1: publishes without confirms, on each of N channels in turn.</summary>
    public async Task<long> PublishOnChannelsAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        var channels = await OpenAsync(connection);
        for (long count = 1; ; count++)
        {
            await channels[count % channels.Length].PublishAsync("", "bench", _body);
            switch ((count & arguments.ClockMask) != 0 ? Phase.Running : meter.Look(count))
            {
                case Phase.WarmedUp:
                    await channels[0].DeclareQueuePassiveAsync("bench");
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    await channels[0].DeclareQueuePassiveAsync("bench");
                    meter.End(count);
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    /// <summary>C2: N consumers, each on a channel of its own; every message is acknowledged by itself.</summary>
    public async Task<long> ConsumeByManyAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        var channels = await OpenAsync(connection);
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        long count = 0;
        foreach (var channel in channels)
        {
            await channel.QosAsync((ushort)(InFlight / channels.Length));
            await channel.SubscribeAsync($"flood.{arguments.Body}", (delivery, token) =>
            {
                Count(Interlocked.Increment(ref count), done);
                return delivery.AckAsync(cancellationToken: token);
            });
        }

        var total = await done.Task;
        await connection.CloseAsync();
        return total;
    }

    /// <summary>C3: each confirm awaited, N publishes outstanding.</summary>
    public async Task<long> ConfirmAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, MaxUnsettledPublishes = arguments.Count });
        var open = new ConfirmWindow(arguments.Count);
        for (long count = 1; ; count++)
        {
            await open.MakeRoomAsync();
            open.Add(channel.PublishAsync("", "bench", _body));
            switch ((count & arguments.ClockMask) != 0 ? Phase.Running : meter.Look(count))
            {
                case Phase.WarmedUp:
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    meter.End(count);
                    await open.DrainAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    private async Task<AmqpChannel[]> OpenAsync(AmqpConnection connection)
    {
        var channels = new AmqpChannel[arguments.Count];
        for (var i = 0; i < channels.Length; i++)
        {
            channels[i] = await connection.OpenChannelAsync();
        }

        return channels;
    }

    private void Count(long count, TaskCompletionSource<long> done)
    {
        if ((count & arguments.ClockMask) != 0)
        {
            return;
        }

        lock (_gate)
        {
            switch (done.Task.IsCompleted ? Phase.Running : meter.Look(count))
            {
                case Phase.WarmedUp:
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    meter.End(count);
                    done.SetResult(count);
                    break;
            }
        }
    }
}
