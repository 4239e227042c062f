using System.IO.Pipelines;

namespace Amqp.FakeBroker.Hosting;

/// <summary>One end of a pair of pipes.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    private const int SegmentSize = 64 * 1024;
    private const int PauseAt = 1024 * 1024;

    /// <summary>Makes two ends, each reading what the other writes.</summary>
    public static (IDuplexPipe Broker, IDuplexPipe Client) CreatePair()
    {
        PipeOptions options = new(
            pauseWriterThreshold: PauseAt,
            resumeWriterThreshold: PauseAt / 2,
            minimumSegmentSize: SegmentSize,
            useSynchronizationContext: false);
        Pipe toBroker = new(options);
        Pipe toClient = new(options);
        return (new DuplexPipe(toBroker.Reader, toClient.Writer), new DuplexPipe(toClient.Reader, toBroker.Writer));
    }
}
