using System.IO.Pipelines;

namespace Amqp.FakeBroker.Hosting;

/// <summary>A connection over the broker's end of a pair of pipes.</summary>
internal sealed class PipeConnection(InMemoryBroker broker, IDuplexPipe pipe)
    : HostedConnection(broker, StreamEnds.InProcess)
{
    protected override async Task ReadAsync()
    {
        while (true)
        {
            ReadResult result = await pipe.Input.ReadAsync(Aborted).ConfigureAwait(false);
            if (result.IsCanceled || IsOver)
            {
                pipe.Input.AdvanceTo(result.Buffer.End);
                return;
            }

            SequencePosition consumed = Receive(result.Buffer, out Task? resumed);
            if (resumed is not null)
            {
                // Nothing counts as examined, so that the rest is there at once when reading goes on.
                pipe.Input.AdvanceTo(consumed);
                await resumed.WaitAsync(Aborted).ConfigureAwait(false);
                continue;
            }

            pipe.Input.AdvanceTo(consumed, result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        FlushResult result = await pipe.Output.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted)
        {
            throw new IOException("the peer stopped reading");
        }
    }

    protected override ValueTask EndWritingAsync()
    {
        pipe.Input.CancelPendingRead();
        return ValueTask.CompletedTask;
    }

    protected override void Release(bool isReset)
    {
        IOException? reset = isReset ? new IOException("the connection was reset by the peer") : null;
        pipe.Output.Complete(reset);
        pipe.Input.Complete(reset);
    }
}
