using System.Collections.Concurrent;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

// Recoveries that are cut themselves.
public abstract partial class RecoverySuite
{
    /// <summary>Each recovery is cut at another byte, from its protocol header to what is sent again, and then the next
    /// one too; whatever the application does meanwhile ends well.</summary>
    [Theory]
    [InlineData(LinkDirection.ToBroker, 1300)]
    [InlineData(LinkDirection.ToClient, 1300)]
    public async Task G4_A_recovery_that_is_cut_anywhere_starts_again_and_loses_nothing(
        LinkDirection direction, int length)
    {
        const int stride = 13;
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(new AmqpChannelOptions
        {
            PublisherConfirms = true,
            PrefetchCount = 5,
        });
        await channel.DeclareExchangeAsync("x", "direct");
        await channel.DeclareQueueAsync("q", durable: true);
        await channel.BindQueueAsync("q", "x", "k");
        var seen = new ConcurrentDictionary<string, bool>();
        await channel.SubscribeAsync("q", async (delivery, _) =>
        {
            seen[Text(delivery.Body)] = true;
            await delivery.AckAsync();
        });
        for (var at = 0; at < length; at += stride)
        {
            _broker.Inject(new CutNextConnection(new CutAtByte(direction, at, CutKind.Reset)));
            _broker.Inject(new CutNextConnection(new CutAtByte(direction, length - at, CutKind.Fin)));

            // A cut of before may have come first; what counts is that the connection was lost since.
            var epoch = channel.Epoch;
            _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
            Task[] work =
            [
                channel.PublishAsync("x", "k", Text($"{at}")).AsTask(), channel.DeclareQueueAsync($"q{at}"),
                channel.PublishAsync("x", "k", Text($"{at}b")).AsTask(), channel.DeleteQueueAsync($"q{at}"),
            ];
            try
            {
                await Task.WhenAll(work).Within();
            }
            catch (AmqpConnectionClosedException)
            {
                // A call that was pending at a cut: nobody knows what became of it.
            }

            await Task.WhenAll(work[0], work[2]).Within();
            await Waiting.UntilAsync(() => channel.Epoch > epoch);
        }

        await Waiting.UntilAsync(() => seen.Count == 2 * ((length + stride - 1) / stride));
        Assert.Equal(0, channel.UnsettledPublishes);
    }

    /// <summary>A hundred losses leave nothing behind but the connection.</summary>
    [Fact]
    public async Task Many_recoveries_leave_nothing_behind()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q", durable: true);
        for (var i = 0; i < 100; i++)
        {
            await LoseAndRecoverAsync(connection, i % 2 == 0 ? CutKind.Fin : CutKind.Reset);
            await channel.PublishAsync("", "q", Text("m")).Within();
        }

        Assert.Equal(1, _broker.ConnectionCount);
        Assert.Equal(100, _broker.Queue("q").Ready);
        await Waiting.UntilAsync(() => _broker.Control(core => core.Connections.Single().Channels.Count) == 1);
        Assert.Equal(2, connection.LastRecovery!.Entities.Length);
    }
}
