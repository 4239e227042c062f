using System.Collections.Immutable;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport.Connect;
using Amqp.Transport.Consume;
using Amqp.Transport.Drive;
using Amqp.Transport.Recover;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport;

/// <summary>A connection to a broker. Thread-safe. It lasts for one byte stream, unless
/// <see cref="AmqpConnectionOptions.Recovery"/> has it made again: then it and its channels and consumers go
/// on.</summary>
public sealed partial class AmqpConnection : IAsyncDisposable
{
    private readonly SessionPump _pump;
    private Driver _driver;
    private readonly CallbackQueue _callbacks;
    private AmqpException? _closeReason;

    internal AmqpConnection(
        AmqpConnectionOptions options,
        TransportStream transport,
        AmqpEndpoint endpoint,
        TimeSpan handshakeTimeout,
        ILogger logger)
    {
        Options = options;
        Endpoint = endpoint;
        Logger = logger;
        _pump = new SessionPump(
            options.ToSessionOptions(handshakeTimeout),
            options.MaxPendingOutputBytes,
            options.WhenBlocked,
            options.TimeProvider,
            this);
        _callbacks = new CallbackQueue(_pump, new ChannelDispatcher(_pump, logger));
        _driver = Driver.Create(_pump, transport, options, logger);
        _recovery = options.Recovery is { } recovery ? new ConnectionRecovery(this, _pump, recovery) : null;
    }

    /// <summary>What the connection was made from.</summary>
    public AmqpConnectionOptions Options { get; }

    /// <summary>The endpoint that was connected to last.</summary>
    public AmqpEndpoint Endpoint { get; private set; }

    /// <summary>Whether commands are taken.</summary>
    public bool IsOpen => _pump.Session.State == ConnectionState.Open && !_pump.IsSuspended;

    /// <summary>Ends when the connection has closed, for whatever reason, and its stream with it; it never fails, see
    /// <see cref="CloseReason"/>.</summary>
    public Task Completion => _recovery is { } recovery ? recovery.Completion : _driver.TornDown;

    /// <summary>Why the connection closed, or <see langword="null"/> while it is open. Set before
    /// <see cref="Completion"/> ends.</summary>
    public AmqpException? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>What was negotiated with the broker.</summary>
    public NegotiatedTuning Tuning => _pump.Session.Tuning!;

    /// <summary>What the broker told about itself.</summary>
    public FieldTable ServerProperties => _pump.Session.ServerProperties;

    /// <summary>Whether reading is withheld because a consumer without prefetch is full. Sending and heartbeats go
    /// on.</summary>
    public bool IsReadPaused => _driver.IsReadPaused;

    /// <summary>For how long reading was withheld, all pauses together.</summary>
    public TimeSpan ReadPausedTime => _driver.ReadPausedTime;

    /// <summary>The bytes that wait to be sent; publishing waits when they reach
    /// <see cref="AmqpConnectionOptions.MaxPendingOutputBytes"/>.</summary>
    public long PendingOutputBytes
    {
        get
        {
            lock (_pump.Gate)
            {
                return _pump.Output.PendingBytes;
            }
        }
    }

    internal ILogger Logger { get; }

    /// <summary>Ends when the present stream is closed.</summary>
    internal Task LinkEnded => _driver.TornDown;

    internal ReadOnlySpan<byte> Greeting => _driver.Greeting;

    /// <summary>Connects to the first endpoint that answers.</summary>
    /// <param name="options">What to connect to; <see langword="null"/> for
    /// <c>amqp://guest:guest@localhost:5672/</c>.</param>
    /// <param name="cancellationToken">Ends the attempt. What had failed until then is the inner exception of the
    /// <see cref="OperationCanceledException"/>.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="AmqpConnectException">No endpoint could be connected to, in none of the passes that
    /// <see cref="AmqpConnectionOptions.ConnectRetry"/> allows; each attempt is listed.</exception>
    /// <exception cref="AmqpAuthenticationException">A broker refused the login; no further endpoint is
    /// tried.</exception>
    /// <exception cref="AmqpVirtualHostException">A broker refused the virtual host; no further endpoint is
    /// tried.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Task<AmqpConnection> ConnectAsync(
        AmqpConnectionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AmqpConnectionOptions();
        return ConnectAsync(
            options,
            options.Tls is { } tls ? new TlsConnector(tls, options.IoMode) : new SocketConnector(options.IoMode),
            cancellationToken);
    }

    /// <summary>Connects to the broker of a URI, see <see cref="AmqpConnectionOptions.Parse"/>.</summary>
    /// <param name="uri">Such as <c>amqp://user:secret@broker/vhost</c>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="FormatException">The URI is malformed.</exception>
    public static Task<AmqpConnection> ConnectAsync(string uri, CancellationToken cancellationToken = default) =>
        ConnectAsync(AmqpConnectionOptions.Parse(uri), cancellationToken);

    /// <summary>Connects over streams that a connector makes.</summary>
    /// <param name="options">What to connect to; its TLS settings are the connector's business.</param>
    /// <param name="connector">Makes the streams.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>An open connection.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or TLS is asked for and the connector is a
    /// <see cref="SocketConnector"/>, which would send the password in clear text.</exception>
    public static Task<AmqpConnection> ConnectAsync(
        AmqpConnectionOptions options, IConnector connector, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connector);
        options.Validate();
        if (options.Tls is not null && connector is SocketConnector)
        {
            throw new ArgumentException("The options ask for TLS (Tls), which a SocketConnector does not speak.",
                nameof(connector));
        }

        return options.Recovery is null
            ? new ConnectLoop(options, connector).RunAsync(cancellationToken)
            : ConnectionRecovery.ConnectAsync(options, connector, cancellationToken);
    }

    /// <summary>Opens a channel (<c>channel.open</c>), and sets the confirm mode and the prefetch that the options ask
    /// for.</summary>
    /// <param name="options">How to open it.</param>
    /// <param name="cancellationToken">Ends the wait; a channel that still opens is closed again.</param>
    /// <returns>An open channel.</returns>
    /// <exception cref="AmqpMisuseException">As many channels are open as were negotiated.</exception>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public async Task<AmqpChannel> OpenChannelAsync(
        AmqpChannelOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AmqpChannelOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxUnsettledPublishes, 1, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        AmqpChannel? channel;
        RpcCall call;
        while ((channel = TryStartOpen(options, out call)) is null)
        {
            await WaitUntilReadyInTimeAsync(MethodId.ChannelOpen, cancellationToken).ConfigureAwait(false);
        }

        await WaitAsync(call, MethodId.ChannelOpen, cancellationToken).ConfigureAwait(false);
        try
        {
            if (options.PublisherConfirms)
            {
                await channel.ConfirmSelectAsync(cancellationToken).ConfigureAwait(false);
            }

            if (options.PrefetchCount > 0)
            {
                await channel.QosAsync(options.PrefetchCount, cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch
        {
            _ = channel.DisposeAsync().AsTask(); // the caller need not wait for it
            throw;
        }

        return channel;
    }

    /// <summary>Renders the connection without secrets.</summary>
    /// <returns>The endpoint, the virtual host and the state.</returns>
    public override string ToString() => $"{Endpoint}, vhost {Options.VirtualHost}, {_pump.Session.State}";

    internal Task OpenAsync(CancellationToken cancellationToken)
    {
        _driver.Start();
        return _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends <c>channel.open</c>.</summary>
    /// <exception cref="AmqpNotReadyException">The connection is being recovered.</exception>
    internal AmqpChannel StartOpen(AmqpChannelOptions options, out RpcCall call) =>
        TryStartOpen(options, out call) ?? throw new AmqpNotReadyException();

    // Null when it has to wait, for the connection is being recovered.
    private AmqpChannel? TryStartOpen(AmqpChannelOptions options, out RpcCall call)
    {
        SendPlan plan;
        AmqpChannel channel;
        Driver driver;
        call = null!;
        lock (_pump.Gate)
        {
            if (_pump.IsSuspended)
            {
                return null;
            }

            CommandResult result = _pump.Session.OpenChannel(out ushort number, out RequestId id);
            if (result != CommandResult.Ok)
            {
                throw _pump.Refused(result, null);
            }

            AmqpChannel opening = channel = new AmqpChannel(this, _pump, ++_lastChannelId, number, options);
            call = new RpcCall
            {
                Applied = (_, _) => _recovery?.Add(opening),
                Late = (_, _) => _pump.Session.CloseChannel(
                    number, ReplyCode.Success, "The opener has given up.", out RequestId _),
            };
            _pump.Register(channel);
            _pump.Track(id, call);
            driver = _driver;
            plan = driver.PlanSend();
        }

        driver.Execute(plan);
        return channel;
    }
}
