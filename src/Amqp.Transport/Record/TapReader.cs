using System.Buffers;
using System.IO.Pipelines;

namespace Amqp.Transport.Record;

/// <summary>Input from a pipe that is recorded on its way. What a reader leaves and sees again is recorded
/// once.</summary>
internal sealed class TapReader(PipeReader inner, SessionRecorder recorder) : PipeReader
{
    private ReadOnlySequence<byte> _buffer;
    private long _known;
    private bool _isEnded;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return Note(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            recorder.End(isReset: true);
            throw;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        Note(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _known -= _buffer.Slice(0, consumed).Length;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private ReadResult Note(ReadResult result)
    {
        _buffer = result.Buffer;
        recorder.Received(_buffer.Slice(_known));
        _known = _buffer.Length;
        if (result.IsCompleted && !_isEnded)
        {
            _isEnded = true;
            recorder.End(isReset: false);
        }

        return result;
    }
}
