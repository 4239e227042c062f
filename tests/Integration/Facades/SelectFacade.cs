using Amqp.Engine.Spec;
using Amqp.Transport;

namespace Amqp.Integration.Facades;

/// <summary>The connection of callbacks in a loop, which has a thread for the time of a test. Calls are made in the
/// loop.</summary>
internal sealed class SelectFacade : IFacade
{
    private readonly IoLoop _loop = new();
    private readonly TaskCompletionSource<AmqpException> _closed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Task _running;
    private SelectConnection? _connection;

    private SelectFacade() => _running = Task.Factory.StartNew(
        _loop.Start, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public bool IsOpen => _connection!.IsOpen;

    public Task<AmqpException> Closed => _closed.Task;

    public static async Task<IFacade> ConnectAsync(AmqpConnectionOptions options)
    {
        var facade = new SelectFacade();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        facade._connection = SelectConnection.Connect(
            facade._loop,
            options,
            _ => opened.SetResult(),
            (_, error) => opened.SetException(error),
            (_, reason) => facade._closed.SetResult(reason));
        try
        {
            await opened.Task;
        }
        catch
        {
            await facade.StopAsync();
            throw;
        }

        return facade;
    }

    public async Task<IFacadeChannel> OpenChannelAsync(bool confirms, ushort prefetch)
    {
        SelectChannel? channel = null;
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await DoAsync<SelectChannel>((ok, failed) =>
            channel = _connection!.OpenChannel(ok, failed, (_, _) => closed.SetResult()));
        if (confirms)
        {
            await DoAsync((ok, failed) => channel!.ConfirmSelect(ok, failed));
        }

        if (prefetch > 0)
        {
            await DoAsync((ok, failed) => channel!.Qos(prefetch, false, ok, failed));
        }

        return new Channel(this, channel!, closed);
    }

    public Task UpdateSecretAsync(string secret) =>
        DoAsync((ok, failed) => _connection!.UpdateSecret(secret, "a test", ok, failed));

    public Task PostAsync(Action action) => DoAsync((ok, _) =>
    {
        action();
        ok();
    });

    public Task DelayAsync(TimeSpan time)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.CallLater(time, passed.SetResult);
        return passed.Task;
    }

    public Task CloseAsync()
    {
        _loop.AddCallback(() => _connection!.Close());
        return _closed.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await StopAsync();
    }

    private async Task StopAsync()
    {
        _loop.Stop();
        await _running;
        _loop.Dispose();
    }

    private async Task<T> DoAsync<T>(Action<Action<T>, Action<AmqpException>> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.AddCallback(() =>
        {
            try
            {
                call(done.SetResult, done.SetException);
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return await done.Task;
    }

    private Task DoAsync(Action<Action, Action<AmqpException>> call) =>
        DoAsync<bool>((ok, failed) => call(() => ok(true), failed));

    private sealed class Channel(SelectFacade owner, SelectChannel channel, TaskCompletionSource closed)
        : IFacadeChannel
    {
        public bool IsOpen => channel.IsOpen;

        public Task ConfirmSelectAsync() => owner.DoAsync((ok, failed) => channel.ConfirmSelect(ok, failed));

        public Task<QueueDeclareOk> DeclareQueueAsync(string queue, bool exclusive, bool passive, bool autoDelete) =>
            owner.DoAsync<QueueDeclareOk>((ok, failed) =>
            {
                if (passive)
                {
                    channel.DeclareQueuePassive(queue, ok, failed);
                }
                else
                {
                    channel.DeclareQueue(queue, !exclusive, exclusive, autoDelete, null, ok, failed);
                }
            });

        public Task<uint> DeleteQueueAsync(string queue) => owner.DoAsync<uint>(
            (ok, failed) => channel.DeleteQueue(queue, onOk: reply => ok(reply.MessageCount), onError: failed));

        public Task<uint> PurgeQueueAsync(string queue) => owner.DoAsync<uint>(
            (ok, failed) => channel.PurgeQueue(queue, reply => ok(reply.MessageCount), failed));

        public Task DeclareExchangeAsync(string exchange, string type, bool passive) =>
            owner.DoAsync<ExchangeDeclareOk>((ok, failed) =>
            {
                if (passive)
                {
                    channel.DeclareExchangePassive(exchange, ok, failed);
                }
                else
                {
                    channel.DeclareExchange(exchange, type, durable: true, onOk: ok, onError: failed);
                }
            });

        public Task DeleteExchangeAsync(string exchange) => owner.DoAsync<ExchangeDeleteOk>(
            (ok, failed) => channel.DeleteExchange(exchange, onOk: ok, onError: failed));

        public Task BindQueueAsync(string queue, string exchange, string key, bool unbind) => unbind
            ? owner.DoAsync<QueueUnbindOk>((ok, failed) => channel.UnbindQueue(queue, exchange, key, null, ok, failed))
            : owner.DoAsync<QueueBindOk>((ok, failed) => channel.BindQueue(queue, exchange, key, null, ok, failed));

        public Task BindExchangeAsync(string destination, string source, string key, bool unbind) => unbind
            ? owner.DoAsync<ExchangeUnbindOk>(
                (ok, failed) => channel.UnbindExchange(destination, source, key, null, ok, failed))
            : owner.DoAsync<ExchangeBindOk>(
                (ok, failed) => channel.BindExchange(destination, source, key, null, ok, failed));

        public Task PublishAsync(
            string exchange, string key, ReadOnlyMemory<byte> body, BasicProperties? properties, bool mandatory) =>
            owner.DoAsync((ok, failed) => channel.Publish(exchange, key, body, properties, mandatory, outcome =>
            {
                if (outcome is null)
                {
                    ok();
                }
                else
                {
                    failed(outcome);
                }
            }));

        public Task<GetResult?> GetAsync(string queue, bool noAck) =>
            owner.DoAsync<GetResult?>((ok, failed) => channel.Get(queue, ok, noAck, failed));

        public Task<string> ConsumeAsync(string queue, Action<Delivery> onMessage, bool noAck, Action? onCancelled) =>
            owner.DoAsync<string>((ok, failed) => channel.Consume(
                queue, onMessage, new ConsumeOptions { NoAck = noAck }, onCancelled, ok, failed));

        public Task CancelAsync(string tag) => owner.DoAsync((ok, failed) => channel.Cancel(tag, ok, failed));

        public Task AckAsync(ulong tag, bool multiple) => owner.PostAsync(() => channel.Ack(tag, multiple));

        public Task NackAsync(ulong tag, bool multiple, bool requeue) =>
            owner.PostAsync(() => channel.Nack(tag, multiple, requeue));

        public Task RejectAsync(ulong tag, bool requeue) => owner.PostAsync(() => channel.Reject(tag, requeue));

        public Task RecoverAsync() => owner.DoAsync((ok, failed) => channel.Recover(true, ok, failed));

        public Task TxAsync(string what) => what switch
        {
            "select" => owner.DoAsync<TxSelectOk>((ok, failed) => channel.TxSelect(ok, failed)),
            "commit" => owner.DoAsync<TxCommitOk>((ok, failed) => channel.TxCommit(ok, failed)),
            _ => owner.DoAsync<TxRollbackOk>((ok, failed) => channel.TxRollback(ok, failed)),
        };

        public void OnReturned(Action<ReturnedMessage> handler) => channel.Returned += handler;

        public async Task CloseAsync()
        {
            await owner.PostAsync(() => channel.Close());
            await closed.Task;
        }
    }
}
