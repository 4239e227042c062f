namespace Amqp.Transport.Record;

/// <summary>What a recorded stream owns: the stream itself, and the recording, which ends with it.</summary>
internal sealed class TappedStream(TransportStream stream, SessionRecorder recorder) : IAsyncDisposable
{
    public TransportStream Stream { get; } = stream;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            recorder.Close();
        }
    }
}
