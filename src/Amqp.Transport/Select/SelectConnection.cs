using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport.Drive;
using Amqp.Transport.Select;

namespace Amqp.Transport;

/// <summary>A connection that lives in an <see cref="IoLoop"/>: its socket is read and written there, TLS included, its
/// deadlines are the loop's timers, and all callbacks run there, one at a time. Calls return at once and tell their
/// result by a callback. Make them in the loop; <see cref="IoLoop.AddCallback"/> is for other threads.</summary>
/// <remarks>Each call takes a callback for its result and one for its failure; a failure without one is dropped, since
/// the channel's own end tells of it. A call throws only when it cannot be sent at all.</remarks>
public sealed class SelectConnection
{
    private readonly CancellationTokenSource _abort = new();
    private AmqpConnection? _connection;

    private SelectConnection(IoLoop loop) => Loop = loop;

    /// <summary>Raised in the loop when the broker stops reading what this connection publishes, with its
    /// reason.</summary>
    public event Action<string>? Blocked;

    /// <summary>Raised in the loop when the broker reads again.</summary>
    public event Action? Unblocked;

    /// <summary>The loop.</summary>
    public IoLoop Loop { get; }

    /// <summary>Whether calls are taken.</summary>
    public bool IsOpen => _connection?.IsOpen ?? false;

    /// <summary>Why the connection closed, or <see langword="null"/> while it is open or opens.</summary>
    public AmqpException? CloseReason => _connection?.CloseReason;

    /// <summary>What was negotiated with the broker.</summary>
    /// <exception cref="InvalidOperationException">It is not open yet.</exception>
    public NegotiatedTuning Tuning => Inner.Tuning;

    /// <summary>What the broker told about itself.</summary>
    /// <exception cref="InvalidOperationException">It is not open yet.</exception>
    public FieldTable ServerProperties => Inner.ServerProperties;

    internal AmqpConnection Inner => _connection ?? throw new InvalidOperationException("It is not open yet.");

    /// <summary>Begins to connect to the first endpoint that answers; nothing happens before the loop runs. Exactly one
    /// of the first two callbacks is called, and the third one if the connection had been open.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="options">What to connect to. The loop's clock takes the place of theirs.</param>
    /// <param name="onOpen">Called when the connection is open.</param>
    /// <param name="onOpenError">Called when no endpoint could be connected to, with each attempt, or the login was
    /// refused, or <see cref="Abort"/> was called.</param>
    /// <param name="onClosed">Called when the connection has closed, with the reason.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static SelectConnection Connect(
        IoLoop loop,
        AmqpConnectionOptions options,
        Action<SelectConnection> onOpen,
        Action<SelectConnection, Exception>? onOpenError = null,
        Action<SelectConnection, AmqpException>? onClosed = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onOpen);
        options = options with { TimeProvider = loop.Time };
        options.Validate();
        var connection = new SelectConnection(loop);
        loop.AddCallback(() => _ = connection.ConnectAsync(options, onOpen, onOpenError, onClosed));
        return connection;
    }

    /// <summary>Opens a channel.</summary>
    /// <param name="onOpen">Called when it is open.</param>
    /// <param name="onError">Called when it could not be opened.</param>
    /// <param name="onClosed">Called when it has closed, whoever closed it, with the reason.</param>
    /// <returns>The channel, for which calls are taken once it is open.</returns>
    /// <exception cref="AmqpException">The connection is closed, or has as many channels as were
    /// negotiated.</exception>
    public SelectChannel OpenChannel(
        Action<SelectChannel> onOpen,
        Action<AmqpException>? onError = null,
        Action<SelectChannel, AmqpException>? onClosed = null)
    {
        ArgumentNullException.ThrowIfNull(onOpen);
        AmqpChannel inner = Inner.StartOpen(new AmqpChannelOptions { InlineConfirms = true }, out RpcCall call);
        var channel = new SelectChannel(this, inner, onClosed);
        Await(call, MethodId.ChannelOpen, _ => onOpen(channel), onError);
        return channel;
    }

    /// <summary>Sends new credentials (RabbitMQ's <c>connection.update-secret</c>).</summary>
    /// <param name="newSecret">The new secret; never logged.</param>
    /// <param name="reason">Why, for the broker's log.</param>
    /// <param name="onOk">Called when the broker has taken it.</param>
    /// <param name="onError">Called when it has not.</param>
    public void UpdateSecret(
        string newSecret, string reason, Action? onOk = null, Action<AmqpException>? onError = null)
    {
        ArgumentNullException.ThrowIfNull(newSecret);
        ArgumentNullException.ThrowIfNull(reason);
        var request = new ConnectionUpdateSecret { NewSecret = newSecret, Reason = reason };
        var call = new RpcCall();
        Inner.StartCall(null, request, call);
        Await(call, request.Id, _ => onOk?.Invoke(), onError);
    }

    /// <summary>Closes the connection behind what was sent so far. The loop must go on running until the callback for
    /// the end was called.</summary>
    /// <param name="code">The reply code to send.</param>
    /// <param name="text">The reply text, cut to 255 bytes of UTF-8.</param>
    public void Close(ReplyCode code = ReplyCode.Success, string text = "Goodbye")
    {
        if (_connection is { } open)
        {
            _ = open.CloseAsync(code, text);
        }
        else
        {
            Abort();
        }
    }

    /// <summary>Drops the connection at once, or gives up connecting.</summary>
    public void Abort()
    {
        _abort.Cancel();
        if (_connection is { } open)
        {
            _ = open.AbortAsync();
        }
    }

    /// <summary>Has a call's end told in the loop, at the latest when its time is up.</summary>
    internal void Await(RpcCall call, MethodId request, Action<object> onOk, Action<AmqpException>? onError)
    {
        TimeSpan limit = Inner.Options.RequestTimeout;
        IoTimer? timer = null;
        int told = 0;
        if (limit >= TimeSpan.Zero)
        {
            timer = Loop.CallLater(limit, () =>
            {
                if (Inner.TryAbandon(call) && Interlocked.Exchange(ref told, 1) == 0)
                {
                    onError?.Invoke(new AmqpTimeoutException(
                        $"The broker did not answer {request.Name()} within {limit}."));
                }
            });
        }

        // The answer may be there already, and then it is told of here or there, but once; and never behind its time,
        // when the end of the connection completes a call that was given up.
        call.Completed = Tell;
        if (call.Task.IsCompleted)
        {
            Tell();
        }

        void Tell()
        {
            if (Interlocked.Exchange(ref told, 1) != 0)
            {
                return;
            }

            Loop.AddCallback(() =>
            {
                if (timer is not null)
                {
                    Loop.RemoveTimer(timer);
                }

                if (call.Task.IsCompletedSuccessfully)
                {
                    onOk(call.Task.Result);
                }
                else if (call.Task.Exception?.InnerException is AmqpException error)
                {
                    onError?.Invoke(error);
                }
            });
        }
    }

    private async Task ConnectAsync(
        AmqpConnectionOptions options,
        Action<SelectConnection> onOpen,
        Action<SelectConnection, Exception>? onOpenError,
        Action<SelectConnection, AmqpException>? onClosed)
    {
        try
        {
            AmqpConnection connection = await AmqpConnection
                .ConnectAsync(options, new LoopConnector(Loop, options.Tls), _abort.Token).ConfigureAwait(false);
            connection.Pump.CallersSend = true;
            connection.Blocked += reason => Loop.AddCallback(() => Blocked?.Invoke(reason));
            connection.Unblocked += () => Loop.AddCallback(() => Unblocked?.Invoke());
            _connection = connection;
            Loop.AddCallback(() => onOpen(this));
            await connection.Completion.ConfigureAwait(false);
            Loop.AddCallback(() => onClosed?.Invoke(this, connection.CloseReason!));
        }
        catch (Exception error)
        {
            Loop.AddCallback(() => onOpenError?.Invoke(this, error));
        }
    }
}
