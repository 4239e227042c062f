using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport.Blocking;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A connection for code that runs on one thread and waits for each answer: scripts, tools, tests. It stands
/// on an <see cref="AmqpConnection"/>, whose own thread reads, so that heartbeats flow whatever the caller is busy
/// with. Callbacks run on the caller's thread when it pumps, or on one of the connection's own
/// (<see cref="BlockingDispatch"/>), one at a time.</summary>
/// <remarks>Calls, publishes and settlements may come from any thread. Only one thread at a time may pump. A call that
/// has waited for its limit ends with <see cref="AmqpTimeoutException"/>; the connection lives on, and a late answer is
/// dropped.</remarks>
public sealed partial class BlockingConnection : IDisposable
{
    private readonly AmqpConnection _connection;
    private readonly BlockingPump _pump;
    private readonly TimeProvider _time;
    private readonly BlockingDispatch _dispatch;
    private readonly BoundedEvents _bounded;

    private BlockingConnection(AmqpConnection connection, BlockingPump pump, BlockingDispatch dispatch)
    {
        _connection = connection;
        _pump = pump;
        _dispatch = dispatch;
        _time = connection.Options.TimeProvider;
        _bounded = new BoundedEvents(connection.Pump);
        connection.Pump.CallersSend = true;
        connection.Blocked += reason => EnqueueBounded(() => Blocked?.Invoke(reason), 0);
        connection.Unblocked += () => EnqueueBounded(() => Unblocked?.Invoke(), 0);
        connection.Completion.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(pump.Pulse);
        if (dispatch == BlockingDispatch.OwnThread)
        {
            OwnThread.Run(DispatchUntilClosed);
        }
    }

    /// <summary>Raised, where callbacks run, when the broker stops reading what this connection publishes, with its
    /// reason.</summary>
    public event Action<string>? Blocked;

    /// <summary>Raised, where callbacks run, when the broker reads again.</summary>
    public event Action? Unblocked;

    /// <summary>The connection that this one stands on. It may be used beside it.</summary>
    public AmqpConnection Connection => _connection;

    /// <summary>Whether calls are taken.</summary>
    public bool IsOpen => _connection.IsOpen;

    /// <summary>Why the connection closed, or <see langword="null"/> while it is open.</summary>
    public AmqpException? CloseReason => _connection.CloseReason;

    /// <summary>Whether the broker has stopped reading what this connection publishes.</summary>
    public bool IsBlocked => _connection.IsBlocked;

    /// <summary>What was negotiated with the broker.</summary>
    public NegotiatedTuning Tuning => _connection.Tuning;

    /// <summary>What the broker told about itself.</summary>
    public FieldTable ServerProperties => _connection.ServerProperties;

    /// <summary>On which thread callbacks run.</summary>
    public BlockingDispatch Dispatch => _dispatch;

    internal BlockingPump Pump => _pump;

    /// <summary>Connects to the first endpoint that answers.</summary>
    /// <param name="options">What to connect to; <see langword="null"/> for
    /// <c>amqp://guest:guest@localhost:5672/</c>. Its <see cref="AmqpConnectionOptions.ConnectTimeout"/> bounds each
    /// pass over the endpoints, and its <see cref="AmqpConnectionOptions.ConnectRetry"/> how many there are.</param>
    /// <param name="blocking">How callbacks run and threads wait.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="AmqpConnectException">No endpoint could be connected to; each attempt is listed.</exception>
    /// <exception cref="AmqpAuthenticationException">A broker refused the login.</exception>
    /// <exception cref="AmqpVirtualHostException">A broker refused the virtual host.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BlockingConnection Connect(
        AmqpConnectionOptions? options = null,
        BlockingOptions? blocking = null,
        CancellationToken cancellationToken = default)
    {
        options = WithThread(options ?? new AmqpConnectionOptions());
        return Await(AmqpConnection.ConnectAsync(options, cancellationToken), options, blocking);
    }

    /// <summary>Connects to the broker of a URI, see <see cref="AmqpConnectionOptions.Parse"/>.</summary>
    /// <param name="uri">Such as <c>amqp://user:secret@broker/vhost</c>.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="FormatException">The URI is malformed.</exception>
    public static BlockingConnection Connect(string uri) => Connect(AmqpConnectionOptions.Parse(uri));

    /// <summary>Connects over streams that a connector makes.</summary>
    /// <param name="options">What to connect to.</param>
    /// <param name="connector">Makes the streams.</param>
    /// <param name="blocking">How callbacks run and threads wait.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>An open connection.</returns>
    public static BlockingConnection Connect(
        AmqpConnectionOptions options,
        IConnector connector,
        BlockingOptions? blocking = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = WithThread(options);
        return Await(AmqpConnection.ConnectAsync(options, connector, cancellationToken), options, blocking);
    }

    /// <summary>Opens a channel.</summary>
    /// <param name="options">How to open it; <see cref="AmqpChannelOptions.InlineConfirms"/> has no meaning
    /// here.</param>
    /// <param name="timeout">The longest wait for each answer; <see langword="null"/> for
    /// <see cref="AmqpConnectionOptions.RequestTimeout"/>.</param>
    /// <returns>An open channel.</returns>
    /// <exception cref="AmqpMisuseException">As many channels are open as were negotiated.</exception>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public BlockingChannel OpenChannel(AmqpChannelOptions? options = null, TimeSpan? timeout = null)
    {
        options = (options ?? new AmqpChannelOptions()) with { InlineConfirms = true }; // wakes the waiting thread
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxUnsettledPublishes, 1, nameof(options));
        AmqpChannel inner = _connection.StartOpen(options, out RpcCall call);
        var channel = new BlockingChannel(this, inner);
        WaitFor(call, MethodId.ChannelOpen, timeout);
        try
        {
            if (options.PublisherConfirms)
            {
                channel.ConfirmSelect(timeout);
            }

            if (options.PrefetchCount > 0)
            {
                channel.Qos(options.PrefetchCount, timeout: timeout);
            }
        }
        catch
        {
            inner.StartClose(ReplyCode.Success, "The opener has given up.", new RpcCall());
            throw;
        }

        return channel;
    }

    /// <summary>Sends new credentials for a connection whose old ones expire (RabbitMQ's
    /// <c>connection.update-secret</c>).</summary>
    /// <param name="newSecret">The new secret; never logged.</param>
    /// <param name="reason">Why, for the broker's log.</param>
    /// <param name="timeout">The longest wait; <see langword="null"/> for
    /// <see cref="AmqpConnectionOptions.RequestTimeout"/>.</param>
    public void UpdateSecret(string newSecret, string reason, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(newSecret);
        ArgumentNullException.ThrowIfNull(reason);
        Call(null, 0, new ConnectionUpdateSecret { NewSecret = newSecret, Reason = reason }, new RpcCall(), timeout);
    }

    /// <summary>Renders the connection without secrets.</summary>
    /// <returns>The endpoint, the virtual host and the state.</returns>
    public override string ToString() => _connection.ToString();

    internal object Call(AmqpChannel? channel, ushort number, AmqpMethod request, RpcCall call, TimeSpan? timeout)
    {
        call.Completed = _pump.Pulse;
        _connection.StartCall(channel, request, call);
        return WaitFor(call, request.Id, timeout);
    }

    /// <summary>Waits for an answer. Nothing runs on this thread meanwhile, and reading never pauses for what it has
    /// not handled yet.</summary>
    internal object WaitFor(RpcCall call, MethodId request, TimeSpan? timeout)
    {
        call.Completed = _pump.Pulse;
        TimeSpan limit = timeout ?? _connection.Options.RequestTimeout;
        if (!WaitUntil(() => call.Task.IsCompleted, limit))
        {
            if (_connection.TryAbandon(call))
            {
                throw new AmqpTimeoutException($"The broker did not answer {request.Name()} within {limit}.");
            }

            _pump.Wait(() => call.Task.IsCompleted, Timeout.InfiniteTimeSpan); // it is being handed over
        }

        return call.Task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for something that only the broker can bring about.</summary>
    internal bool WaitUntil(Func<bool> until, TimeSpan limit)
    {
        _connection.Pump.BeginWait();
        try
        {
            return _pump.Wait(until, limit);
        }
        finally
        {
            _connection.Pump.EndWait();
        }
    }

    // Whoever blocks wants an I/O thread that nothing but the connection uses.
    private static AmqpConnectionOptions WithThread(AmqpConnectionOptions options) =>
        options.IoMode == IoMode.Auto ? options with { IoMode = IoMode.Threaded } : options;

    private static BlockingConnection Await(
        Task<AmqpConnection> connecting, AmqpConnectionOptions options, BlockingOptions? blocking)
    {
        blocking ??= new BlockingOptions();
        BlockingPump pump = blocking.Pump ?? new MonitorPump(options.TimeProvider);
        connecting.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(pump.Pulse);
        pump.Wait(() => connecting.IsCompleted, Timeout.InfiniteTimeSpan); // the options bound it
        return new BlockingConnection(connecting.GetAwaiter().GetResult(), pump, blocking.Dispatch);
    }
}
