using System.Buffers;
using System.IO.Pipelines;

namespace Amqp.Transport.Drive;

/// <summary>Output copied into somebody else's pipe, flushed once for each batch.</summary>
internal sealed class PipeSink(PipeWriter writer) : OutputSink
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more)
    {
        writer.Write(bytes.Span);
        if (more)
        {
            return default;
        }

        ValueTask<FlushResult> flush = writer.FlushAsync(CancellationToken.None);
        if (flush.IsCompletedSuccessfully)
        {
            Check(flush.Result);
            return default;
        }

        return AwaitAsync(flush);
    }

    public override ValueTask CompleteAsync() => writer.CompleteAsync();

    public override void Abort() => writer.CancelPendingFlush();

    private static async ValueTask AwaitAsync(ValueTask<FlushResult> flush) => Check(await flush.ConfigureAwait(false));

    private static void Check(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("The pipe takes no more output: its reader is gone.");
        }
    }
}
