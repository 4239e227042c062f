using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Integration.Facades;

/// <summary>The connection that blocks. Calls are made on the thread that runs callbacks: one that pumps all the time,
/// or the connection's own.</summary>
internal sealed class BlockingFacade : IFacade
{
    private readonly BlockingConnection _connection;
    private readonly Task _pumping;

    private BlockingFacade(BlockingConnection connection)
    {
        _connection = connection;
        _pumping = connection.Dispatch == BlockingDispatch.OwnThread ? Task.CompletedTask : OnThread(Pump);
        Closed = ClosedAsync();
    }

    public bool IsOpen => _connection.IsOpen;

    public Task<AmqpException> Closed { get; }

    public static async Task<IFacade> ConnectAsync(AmqpConnectionOptions options, BlockingDispatch dispatch)
    {
        BlockingConnection? connection = null;
        await OnThread(() => connection = BlockingConnection.Connect(
            options, new BlockingOptions { Dispatch = dispatch }));
        return new BlockingFacade(connection!);
    }

    public async Task<IFacadeChannel> OpenChannelAsync(bool confirms, ushort prefetch) =>
        new Channel(this, await DoAsync(() => _connection.OpenChannel(
            new AmqpChannelOptions { PublisherConfirms = confirms, PrefetchCount = prefetch })));

    public Task UpdateSecretAsync(string secret) => DoAsync(() => _connection.UpdateSecret(secret, "a test"));

    public Task PostAsync(Action action) => DoAsync(action);

    public Task DelayAsync(TimeSpan time)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connection.CallLater(time, passed.SetResult);
        return passed.Task;
    }

    public async Task CloseAsync()
    {
        await OnThread(() => _connection.Close());
        await _pumping;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private static Task OnThread(Action action) => Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task<AmqpException> ClosedAsync()
    {
        await _connection.Connection.Completion;
        return _connection.CloseReason!;
    }

    private void Pump()
    {
        while (_connection.CloseReason is null)
        {
            try
            {
                _connection.ProcessEvents();
            }
            catch (AmqpException)
            {
                // A channel that the broker has closed, or the end.
            }
        }
    }

    private async Task<T> DoAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _connection.AddCallbackThreadSafe(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return await done.Task;
    }

    private Task DoAsync(Action call) => DoAsync(() =>
    {
        call();
        return true;
    });

    private sealed class Channel(BlockingFacade owner, BlockingChannel channel) : IFacadeChannel
    {
        public bool IsOpen => channel.IsOpen;

        public Task ConfirmSelectAsync() => owner.DoAsync(() => channel.ConfirmSelect());

        public Task<QueueDeclareOk> DeclareQueueAsync(string queue, bool exclusive, bool passive, bool autoDelete) =>
            owner.DoAsync(() => passive
                ? channel.DeclareQueuePassive(queue)
                : channel.DeclareQueue(queue, !exclusive, exclusive, autoDelete));

        public Task<uint> DeleteQueueAsync(string queue) => owner.DoAsync(() => channel.DeleteQueue(queue));

        public Task<uint> PurgeQueueAsync(string queue) => owner.DoAsync(() => channel.PurgeQueue(queue));

        public Task DeclareExchangeAsync(string exchange, string type, bool passive) => owner.DoAsync(() =>
        {
            if (passive)
            {
                channel.DeclareExchangePassive(exchange);
            }
            else
            {
                channel.DeclareExchange(exchange, type, durable: true);
            }
        });

        public Task DeleteExchangeAsync(string exchange) => owner.DoAsync(() => channel.DeleteExchange(exchange));

        public Task BindQueueAsync(string queue, string exchange, string key, bool unbind) => owner.DoAsync(() =>
        {
            if (unbind)
            {
                channel.UnbindQueue(queue, exchange, key);
            }
            else
            {
                channel.BindQueue(queue, exchange, key);
            }
        });

        public Task BindExchangeAsync(string destination, string source, string key, bool unbind) =>
            owner.DoAsync(() =>
            {
                if (unbind)
                {
                    channel.UnbindExchange(destination, source, key);
                }
                else
                {
                    channel.BindExchange(destination, source, key);
                }
            });

        public Task PublishAsync(
            string exchange, string key, ReadOnlyMemory<byte> body, BasicProperties? properties, bool mandatory) =>
            owner.DoAsync(() => channel.Publish(exchange, key, body, properties, mandatory));

        public Task<GetResult?> GetAsync(string queue, bool noAck) => owner.DoAsync(() => channel.Get(queue, noAck));

        public Task<string> ConsumeAsync(string queue, Action<Delivery> onMessage, bool noAck, Action? onCancelled)
        {
            return owner.DoAsync(() =>
            {
                string? tag = null;
                channel.ConsumerCancelled += cancelled =>
                {
                    if (cancelled == tag)
                    {
                        onCancelled?.Invoke();
                    }
                };
                return tag = channel.Subscribe(queue, onMessage, new ConsumeOptions { NoAck = noAck });
            });
        }

        public Task CancelAsync(string tag) => owner.DoAsync(() => { channel.CancelConsumer(tag); });

        public Task AckAsync(ulong tag, bool multiple) => owner.DoAsync(() => channel.Ack(tag, multiple));

        public Task NackAsync(ulong tag, bool multiple, bool requeue) =>
            owner.DoAsync(() => channel.Nack(tag, multiple, requeue));

        public Task RejectAsync(ulong tag, bool requeue) =>
            owner.DoAsync(() => channel.Nack(tag, multiple: false, requeue));

        public Task RecoverAsync() => owner.DoAsync(() => channel.Recover());

        public Task TxAsync(string what) => owner.DoAsync(() =>
        {
            switch (what)
            {
                case "select":
                    channel.TxSelect();
                    break;
                case "commit":
                    channel.TxCommit();
                    break;
                default:
                    channel.TxRollback();
                    break;
            }
        });

        public void OnReturned(Action<ReturnedMessage> handler) => channel.Returned += handler;

        public Task CloseAsync() => owner.DoAsync(() => channel.Close());
    }
}
