namespace Amqp.Transport.Drive;

/// <summary>Input for a thread that reads: it waits by blocking, and never asynchronously. One read at a
/// time.</summary>
internal abstract class ThreadInput
{
    /// <summary>Waits for input and takes what there is.</summary>
    /// <returns>The bytes taken; zero at the end of the stream.</returns>
    public abstract int Receive(byte[] buffer, int offset, int count);

    /// <summary>Makes a pending read end, and every later one. From any thread.</summary>
    public abstract void Interrupt();
}
