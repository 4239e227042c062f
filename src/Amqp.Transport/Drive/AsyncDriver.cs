using System.Buffers;
using System.IO.Pipelines;
using Amqp.Engine.Events;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Drive;

/// <summary>Drives a pump over any transport with <c>await</c>: one read loop on the thread pool.</summary>
internal class AsyncDriver(
    SessionPump pump, TransportStream transport, AmqpConnectionOptions options, ILogger logger)
    : Driver(pump, transport, options, logger)
{
    private readonly CompletionBatch _batch = new();

    protected override void StartReading() => _ = ReadLoopAsync();

    protected override void InterruptRead() => Transport.Input.CancelPendingRead();

    private async Task ReadLoopAsync()
    {
        PipeReader reader = Transport.Input;
        StreamEnd end = StreamEnd.Fin;
        Exception? cause = null;
        try
        {
            while (!IsOver)
            {
                while (Pause is { } pause)
                {
                    LogPause();
                    await pause.ConfigureAwait(false);
                    Log.ReadResumed(Logger);
                }

                ReadResult result = await reader.ReadAsync().ConfigureAwait(false);
                OnRead(reader, result.Buffer);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception error)
        {
            cause = error;
            end = Classify(error);
        }

        EndReading(end, cause, _batch);
    }

    private void OnRead(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        if (Greeting.Length < 8 && !buffer.IsEmpty)
        {
            Greeting = buffer.Slice(0, Math.Min(8, buffer.Length)).ToArray();
        }

        Pump.Receive(this, in buffer, _batch, out SequencePosition consumed, out SequencePosition examined);
        RunBatch(_batch);
        reader.AdvanceTo(consumed, examined);
        SendAfterRead();
    }
}
