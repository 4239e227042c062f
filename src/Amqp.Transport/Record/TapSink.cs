using Amqp.Transport.Drive;

namespace Amqp.Transport.Record;

/// <summary>Output that is recorded on its way.</summary>
internal sealed class TapSink(OutputSink inner, SessionRecorder recorder) : OutputSink
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more)
    {
        recorder.Sent(bytes.Span);
        return inner.WriteAsync(bytes, more);
    }

    public override ValueTask CompleteAsync() => inner.CompleteAsync();

    public override void Abort() => inner.Abort();
}
