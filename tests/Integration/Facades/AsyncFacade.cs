using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Integration.Facades;

/// <summary>The asynchronous connection.</summary>
internal sealed class AsyncFacade(AmqpConnection connection) : IFacade
{
    public bool IsOpen => connection.IsOpen;

    public Task<AmqpException> Closed { get; } = ClosedAsync(connection);

    public static async Task<IFacade> ConnectAsync(AmqpConnectionOptions options) =>
        new AsyncFacade(await AmqpConnection.ConnectAsync(options));

    public async Task<IFacadeChannel> OpenChannelAsync(bool confirms, ushort prefetch) =>
        new Channel(await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = confirms, PrefetchCount = prefetch }));

    public Task UpdateSecretAsync(string secret) => connection.UpdateSecretAsync(secret, "a test");

    public Task PostAsync(Action action) => Task.Factory.StartNew(action);

    public Task DelayAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);

    public Task CloseAsync() => connection.CloseAsync();

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<AmqpException> ClosedAsync(AmqpConnection connection)
    {
        await connection.Completion;
        return connection.CloseReason!;
    }

    private sealed class Channel(AmqpChannel channel) : IFacadeChannel
    {
        private readonly Dictionary<string, AmqpConsumer> _consumers = [];

        public bool IsOpen => channel.IsOpen;

        public Task ConfirmSelectAsync() => channel.ConfirmSelectAsync();

        public Task<QueueDeclareOk> DeclareQueueAsync(string queue, bool exclusive, bool passive, bool autoDelete) =>
            passive
                ? channel.DeclareQueuePassiveAsync(queue)
                : channel.DeclareQueueAsync(queue, !exclusive, exclusive, autoDelete);

        public Task<uint> DeleteQueueAsync(string queue) => channel.DeleteQueueAsync(queue);

        public Task<uint> PurgeQueueAsync(string queue) => channel.PurgeQueueAsync(queue);

        public Task DeclareExchangeAsync(string exchange, string type, bool passive) => passive
            ? channel.DeclareExchangePassiveAsync(exchange)
            : channel.DeclareExchangeAsync(exchange, type, durable: true);

        public Task DeleteExchangeAsync(string exchange) => channel.DeleteExchangeAsync(exchange);

        public Task BindQueueAsync(string queue, string exchange, string key, bool unbind) => unbind
            ? channel.UnbindQueueAsync(queue, exchange, key)
            : channel.BindQueueAsync(queue, exchange, key);

        public Task BindExchangeAsync(string destination, string source, string key, bool unbind) => unbind
            ? channel.UnbindExchangeAsync(destination, source, key)
            : channel.BindExchangeAsync(destination, source, key);

        public Task PublishAsync(
            string exchange, string key, ReadOnlyMemory<byte> body, BasicProperties? properties, bool mandatory) =>
            channel.PublishAsync(exchange, key, body, properties, mandatory).AsTask();

        public Task<GetResult?> GetAsync(string queue, bool noAck) => channel.GetAsync(queue, noAck);

        public async Task<string> ConsumeAsync(
            string queue, Action<Delivery> onMessage, bool noAck, Action? onCancelled)
        {
            var consumer = await channel.SubscribeAsync(
                queue,
                (delivery, _) =>
                {
                    onMessage(delivery);
                    return default;
                },
                new ConsumeOptions { NoAck = noAck });
            _consumers.Add(consumer.ConsumerTag, consumer);
            _ = TellAsync(consumer, onCancelled);
            return consumer.ConsumerTag;
        }

        public Task CancelAsync(string tag) =>
            _consumers.Remove(tag, out var consumer) ? consumer.CancelAsync() : Task.CompletedTask;

        public Task AckAsync(ulong tag, bool multiple) => channel.AckAsync(tag, multiple).AsTask();

        public Task NackAsync(ulong tag, bool multiple, bool requeue) =>
            channel.NackAsync(tag, multiple, requeue).AsTask();

        public Task RejectAsync(ulong tag, bool requeue) => channel.RejectAsync(tag, requeue).AsTask();

        public Task RecoverAsync() => channel.RecoverAsync();

        public Task TxAsync(string what) => what switch
        {
            "select" => channel.TxSelectAsync(),
            "commit" => channel.TxCommitAsync(),
            _ => channel.TxRollbackAsync(),
        };

        public void OnReturned(Action<ReturnedMessage> handler) => channel.Returned += handler;

        public Task CloseAsync() => channel.CloseAsync();

        private async Task TellAsync(AmqpConsumer consumer, Action? onCancelled)
        {
            try
            {
                await consumer.Completion;
                if (_consumers.Remove(consumer.ConsumerTag))
                {
                    onCancelled?.Invoke();
                }
            }
            catch (AmqpException)
            {
                // The channel has ended, which is something else.
            }
        }
    }
}
