using Amqp.Transport.Drive;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Select;

/// <summary>Drives a pump in a loop: it reads, sends, runs handlers and keeps time there.</summary>
internal sealed class LoopDriver(
    SessionPump pump, TransportStream transport, AmqpConnectionOptions options, ILogger logger, IoLoop loop)
    : AsyncDriver(pump, transport, options, logger)
{
    public override void Schedule(IThreadPoolWorkItem work) => loop.AddCallback(work.Execute);

    protected override void StartReading() => loop.Run(base.StartReading);

    protected override void ScheduleSend() => loop.AddCallback(Send);

    protected override void ScheduleTearDown() => loop.AddCallback(TearDown);

    private void TearDown() => _ = TearDownAsync();

    private void Send() => _ = SendAllAsync();
}
