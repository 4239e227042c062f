using System.Threading.Channels;
using Amqp.Transport;

namespace Amqp.Integration.Support;

/// <summary>A consumer whose deliveries wait in a queue, to be looked at one by one with a deadline.</summary>
internal sealed class Inbox : IAsyncDisposable
{
    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>();

    private Inbox()
    {
    }

    /// <summary>The consumer behind it.</summary>
    public AmqpConsumer Consumer { get; private set; } = null!;

    /// <summary>How many deliveries wait.</summary>
    public int Count => _deliveries.Reader.Count;

    /// <summary>Starts to consume.</summary>
    public static async Task<Inbox> OpenAsync(
        AmqpChannel channel, string queue, bool noAck = false, bool exclusive = false, string consumerTag = "")
    {
        var inbox = new Inbox();
        var options = new ConsumeOptions { NoAck = noAck, Exclusive = exclusive, ConsumerTag = consumerTag };
        inbox.Consumer = await channel.SubscribeAsync(queue, inbox.Receive, options).Within();
        return inbox;
    }

    /// <summary>The next delivery.</summary>
    public Task<Delivery> NextAsync() => _deliveries.Reader.ReadAsync().Within();

    /// <summary>The next deliveries.</summary>
    public async Task<List<Delivery>> NextAsync(int count)
    {
        var result = new List<Delivery>(count);
        while (result.Count < count)
        {
            result.Add(await NextAsync());
        }

        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Consumer.DisposeAsync().Within();

    private ValueTask Receive(Delivery delivery, CancellationToken stop) =>
        _deliveries.Writer.WriteAsync(delivery, stop);
}
