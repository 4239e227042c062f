using System.Collections.Concurrent;
using System.Globalization;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

/// <summary>Sends requests and gets their replies over RabbitMQ's direct reply-to: no queue is made for replies, and
/// each goes from the server straight to this client's channel. Thread-safe; calls may overlap, and each gets its own
/// reply by its correlation id.</summary>
/// <remarks>It has a channel of its own. When that closes, with its connection for instance, every call that waits
/// fails with the reason, and so does every later one. Whether the server has handled a call that failed is not
/// known.</remarks>
public sealed class RpcClient : IAsyncDisposable
{
    /// <summary>The header that tells of a failed handler, with a text. A convention of this library: a server of
    /// another kind replies in its own way.</summary>
    public const string ErrorHeader = "amqp-rpc-error";

    // See RabbitMQ's page on direct reply-to.
    private const string ReplyQueue = "amq.rabbitmq.reply-to";

    private readonly AmqpChannel _channel;
    private readonly RpcClientOptions _options;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Delivery>> _calls = new();
    private long _lastId;
    private int _pending;
    private long _lateReplies;

    private RpcClient(AmqpChannel channel, RpcClientOptions options)
    {
        _channel = channel;
        _options = options;
    }

    /// <summary>How many calls wait for their replies.</summary>
    public int PendingCalls => Volatile.Read(ref _pending);

    /// <summary>How many replies came that nobody waited for, since their call was given up.</summary>
    public long LateReplies => Interlocked.Read(ref _lateReplies);

    /// <summary>Whether calls are taken.</summary>
    public bool IsOpen => _channel.IsOpen;

    /// <summary>Opens a channel for requests and their replies.</summary>
    /// <param name="connection">The connection; it is not closed with the client.</param>
    /// <param name="options">How to work.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A client that is ready for calls.</returns>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public static async Task<RpcClient> StartAsync(
        AmqpConnection connection, RpcClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        options ??= new RpcClientOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPendingCalls, 1, nameof(options));
        CheckTimeout(options.Timeout);
        AmqpChannel channel = await connection
            .OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }, cancellationToken)
            .ConfigureAwait(false);
        var client = new RpcClient(channel, options);
        try
        {
            // Its replies come without acknowledgements, and only to the channel that the requests are sent on.
            await channel.SubscribeAsync(
                ReplyQueue, client.OnReply, new ConsumeOptions { NoAck = true }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _ = client.FailWhenClosedAsync();
        return client;
    }

    /// <summary>Sends a request to a queue and waits for the reply.</summary>
    /// <param name="queue">The queue that the server consumes.</param>
    /// <param name="body">The request.</param>
    /// <param name="properties">Its properties; the correlation id and the address for the reply are set.</param>
    /// <param name="timeout">The longest wait; none for <see cref="RpcClientOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Gives the call up; a late reply is dropped.</param>
    /// <returns>The reply; it needs no settling.</returns>
    /// <exception cref="AmqpTimeoutException">No reply came in time.</exception>
    /// <exception cref="PublishReturnedException">There is no such queue.</exception>
    /// <exception cref="PublishNackedException">The broker refused the request.</exception>
    /// <exception cref="RpcFailedException">The server's handler failed.</exception>
    /// <exception cref="AmqpMisuseException">Too many calls wait already, or the request cannot be sent.</exception>
    /// <exception cref="AmqpException">The channel or the connection closed.</exception>
    public Task<Delivery> CallAsync(
        string queue,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        CallAsync(new OutgoingMessage("", queue, body, properties), timeout, cancellationToken);

    /// <summary>As the other one, by way of an exchange.</summary>
    /// <param name="request">Where to send what; it is always sent as mandatory.</param>
    /// <param name="timeout">The longest wait; none for <see cref="RpcClientOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Gives the call up; a late reply is dropped.</param>
    /// <returns>The reply; the first one, when several servers answer.</returns>
    public async Task<Delivery> CallAsync(
        OutgoingMessage request, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        TimeSpan limit = timeout ?? _options.Timeout;
        CheckTimeout(limit);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _pending) > _options.MaxPendingCalls)
        {
            Interlocked.Decrement(ref _pending);
            throw new AmqpMisuseException("Too many calls wait for their replies (RpcClientOptions.MaxPendingCalls).");
        }

        string id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var reply = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = reply;
        using var late = new CancellationTokenSource(limit, _channel.Connection.Options.TimeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return Open(await ExchangeAsync(request, id, reply.Task, end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new AmqpTimeoutException($"No reply came within {limit}.", error);
        }
        finally
        {
            _calls.TryRemove(id, out _);
            Interlocked.Decrement(ref _pending);
        }
    }

    /// <summary>Closes the channel; calls that wait fail.</summary>
    /// <returns>A task that ends when it is closed.</returns>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private static void CheckTimeout(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromMilliseconds(int.MaxValue));
        }
    }

    private static Delivery Open(Delivery reply) =>
        reply.Properties.Headers is { } headers && headers.TryGet(ErrorHeader, out FieldValue error)
            ? throw new RpcFailedException(error.TryGetString(out string? text) ? text : error.ToString())
            : reply;

    private async Task<Delivery> ExchangeAsync(
        OutgoingMessage request, string id, Task<Delivery> reply, CancellationToken cancellationToken)
    {
        BasicProperties properties = (request.Properties ?? BasicProperties.Empty) with
        {
            CorrelationId = id,
            ReplyTo = ReplyQueue,
        };
        Task publish = _channel.PublishAsync(
            request.Exchange, request.RoutingKey, request.Body, properties, mandatory: true, cancellationToken)
            .AsTask();

        // The reply may overtake the confirm, which then no longer matters.
        if (await Task.WhenAny(publish, reply).ConfigureAwait(false) == publish)
        {
            await publish.ConfigureAwait(false);
        }
        else
        {
            _ = publish.ContinueWith(
                static failed => failed.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return await reply.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask OnReply(Delivery reply, CancellationToken cancellationToken)
    {
        if (reply.Properties.CorrelationId is { } id && _calls.TryRemove(id, out TaskCompletionSource<Delivery>? call))
        {
            call.TrySetResult(reply);
        }
        else
        {
            Interlocked.Increment(ref _lateReplies);
        }

        return default;
    }

    private async Task FailWhenClosedAsync()
    {
        await _channel.Completion.ConfigureAwait(false);
        foreach (TaskCompletionSource<Delivery> call in _calls.Values)
        {
            call.TrySetException(_channel.CloseReason!);
            _ = call.Task.Exception; // its caller may have given up
        }
    }
}
