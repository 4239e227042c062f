using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Transport;

/// <summary>Answers the requests in a queue: each goes to a handler, and what that returns goes to the address that the
/// request names (<c>reply-to</c>) with its correlation id. Fits any client that works like that, not only
/// <see cref="RpcClient"/>. Thread-safe.</summary>
/// <remarks>A request is acknowledged behind its reply, so that one whose server dies is handled by another, and maybe
/// twice. One without an address is handled and not replied to.</remarks>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly AmqpChannel _channel;
    private readonly Func<Delivery, CancellationToken, ValueTask<RpcReply>> _handler;
    private readonly RpcServerOptions _options;
    private AmqpConsumer? _consumer;
    private long _handled;

    private RpcServer(
        AmqpChannel channel,
        Func<Delivery, CancellationToken, ValueTask<RpcReply>> handler,
        RpcServerOptions options)
    {
        _channel = channel;
        _handler = handler;
        _options = options;
    }

    /// <summary>How many requests were handled, failed ones not counted.</summary>
    public long HandledRequests => Interlocked.Read(ref _handled);

    /// <summary>Ends when the server serves no more: it was disposed of, or the broker has cancelled it. Fails when its
    /// channel closed.</summary>
    public Task Completion => _consumer!.Completion;

    /// <summary>Opens a channel and starts to serve.</summary>
    /// <param name="connection">The connection; it is not closed with the server.</param>
    /// <param name="queue">The queue of requests, which exists.</param>
    /// <param name="handler">Handles a request. What it throws is logged, the client is told of the failure, and the
    /// request is settled as the options say.</param>
    /// <param name="options">How to work.</param>
    /// <param name="cancellationToken">Ends the wait for the start.</param>
    /// <returns>A running server.</returns>
    /// <exception cref="AmqpChannelClosedException">There is no such queue, or it may not be consumed.</exception>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public static async Task<RpcServer> StartAsync(
        AmqpConnection connection,
        string queue,
        Func<Delivery, CancellationToken, ValueTask<RpcReply>> handler,
        RpcServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new RpcServerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrency, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PrefetchCount, (ushort)1, nameof(options));
        AmqpChannel channel = await connection
            .OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = options.PrefetchCount }, cancellationToken)
            .ConfigureAwait(false);
        var server = new RpcServer(channel, handler, options);
        var consume = new ConsumeOptions
        {
            MaxConcurrency = options.MaxConcurrency,
            OnHandlerError = options.OnHandlerError,
        };
        try
        {
            server._consumer = await channel
                .SubscribeAsync(queue, server.HandleAsync, consume, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return server;
    }

    /// <summary>Takes no more requests, waits until those that have come are handled, and closes the
    /// channel.</summary>
    /// <returns>A task that ends when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _consumer!.DisposeAsync().ConfigureAwait(false);
        await _consumer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _channel.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask HandleAsync(Delivery request, CancellationToken cancellationToken)
    {
        RpcReply reply;
        try
        {
            reply = await _handler(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            string text = _options.SendErrorText ? error.Message : "The server failed to handle the request.";
            FieldTable headers = FieldTable.Empty.With(RpcClient.ErrorHeader, FieldValue.LongString(text));
            await SendAsync(request, new RpcReply(default, new BasicProperties { Headers = headers }))
                .ConfigureAwait(false);
            throw;
        }

        await SendAsync(request, reply).ConfigureAwait(false);
        Interlocked.Increment(ref _handled);
        await request.AckAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    // Not mandatory: a client that has gone needs no reply.
    private ValueTask SendAsync(Delivery request, RpcReply reply) =>
        string.IsNullOrEmpty(request.Properties.ReplyTo)
            ? default
            : _channel.PublishAsync(
                "",
                request.Properties.ReplyTo,
                reply.Body,
                (reply.Properties ?? BasicProperties.Empty) with
                {
                    CorrelationId = request.Properties.CorrelationId,
                });
}
