using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>This project's client through its public API, with its defaults.</summary>
internal sealed partial class AmqpSimContestant(
    ClientArguments arguments,
    Meter meter,
    ConsumeStyle style,
    IoMode mode = IoMode.Auto,
    bool readCoalescing = false,
    bool recovers = false)
    : IContestant
{
    private readonly byte[] _body = TestBody.Create(arguments.Body);
    private readonly AmqpConnectionOptions _options =
        AmqpConnectionOptions.FromUri(arguments.Uri) with
        {
            IoMode = mode,
            ReadCoalescing = readCoalescing,
            Recovery = recovers ? new AmqpRecoveryOptions() : null,
        };

    /// <inheritdoc/>
    public async Task<long> PublishAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync();
        await DeclareAsync(channel);
        ReadOnlyMemory<byte> body = _body;
        for (long count = 1; ; count++)
        {
            await channel.PublishAsync("", arguments.Queue, body);
            if ((count & arguments.ClockMask) != 0)
            {
                continue;
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    await channel.DeclareQueuePassiveAsync(arguments.Queue);
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    // The answer proves that the broker has everything: no library is paid for bytes it still holds.
                    await channel.DeclareQueuePassiveAsync(arguments.Queue);
                    meter.End(count);
                    await channel.CloseAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<long> PublishConfirmedAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, InlineConfirms = style == ConsumeStyle.Inline });
        await DeclareAsync(channel);
        ReadOnlyMemory<byte> body = _body;
        var open = new ConfirmWindow(ClientArguments.Window);
        for (long count = 1; ; count++)
        {
            await open.MakeRoomAsync();
            open.Add(channel.PublishAsync("", arguments.Queue, body));
            if ((count & arguments.ClockMask) != 0)
            {
                continue;
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    await open.DrainAsync();
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    await open.DrainAsync();
                    meter.End(count);
                    await channel.CloseAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    // On a real broker the queue has to be there; its bound keeps the broker's memory out of the picture.
    private async Task DeclareAsync(AmqpChannel channel)
    {
        if (arguments.RealBroker)
        {
            await channel.DeclareQueueAsync(arguments.Queue, arguments: [new("x-max-length", 1000)]);
        }
    }
}
