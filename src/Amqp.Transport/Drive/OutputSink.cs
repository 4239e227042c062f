namespace Amqp.Transport.Drive;

/// <summary>Where output goes. One write at a time.</summary>
internal abstract class OutputSink
{
    /// <summary>Writes bytes, which stay untouched until the task ends.</summary>
    /// <param name="bytes">Whole messages or parts of them.</param>
    /// <param name="more">Whether another write follows at once, so that a flush may wait for it.</param>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more);

    /// <summary>Ends the output in order. Does not throw for a stream that is broken already.</summary>
    public abstract ValueTask CompleteAsync();

    /// <summary>Makes a pending write end.</summary>
    public abstract void Abort();
}
