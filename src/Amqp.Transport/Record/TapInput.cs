using Amqp.Transport.Drive;

namespace Amqp.Transport.Record;

/// <summary>Input read by a thread that is recorded on its way.</summary>
internal sealed class TapInput(ThreadInput inner, SessionRecorder recorder) : ThreadInput
{
    public override int Receive(byte[] buffer, int offset, int count)
    {
        int received;
        try
        {
            received = inner.Receive(buffer, offset, count);
        }
        catch (Exception)
        {
            recorder.End(isReset: true);
            throw;
        }

        if (received == 0)
        {
            recorder.End(isReset: false);
        }
        else
        {
            recorder.Received(buffer.AsSpan(offset, received));
        }

        return received;
    }

    public override void Interrupt() => inner.Interrupt();
}
