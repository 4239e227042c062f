using System.Text;
using Amqp.Engine.Recovery;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

/// <summary>Connections that are lost and made again, on a fake broker that is told to fail.</summary>
public abstract partial class RecoverySuite(IoMode mode) : IAsyncLifetime
{
    private static readonly AmqpChannelOptions Confirming = new() { PublisherConfirms = true };

    private static readonly AmqpRecoveryOptions Quick = new()
    {
        Policy = new RecoveryPolicy
        {
            MinDelay = TimeSpan.FromMilliseconds(1),
            MaxDelay = TimeSpan.FromMilliseconds(50),
        },
    };

    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span);

    private AmqpConnectionOptions Options(AmqpRecoveryOptions? recovery = null) => new()
    {
        Endpoints = [new AmqpEndpoint("127.0.0.1", _listener.Port)],
        IoMode = mode,
        Recovery = recovery ?? Quick,
    };

    private Task<AmqpConnection> ConnectAsync(AmqpRecoveryOptions? recovery = null) =>
        AmqpConnection.ConnectAsync(Options(recovery)).Within();

    /// <summary>Ends every connection, and returns when this one has noticed.</summary>
    private async Task LoseAsync(AmqpConnection connection, CutKind kind = CutKind.Reset)
    {
        var noticed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.StateChanged += OnState;
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, kind)));
        await noticed.Task.Within();
        connection.StateChanged -= OnState;

        void OnState(RecoveryState state)
        {
            if (state is RecoveryState.Recovering or RecoveryState.Closed)
            {
                noticed.TrySetResult();
            }
        }
    }

    private async Task LoseAndRecoverAsync(AmqpConnection connection, CutKind kind = CutKind.Reset)
    {
        await LoseAsync(connection, kind);
        await connection.WaitUntilReadyAsync().Within();
    }
}
