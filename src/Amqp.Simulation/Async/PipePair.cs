using System.IO.Pipelines;

namespace Amqp.Simulation.Async;

/// <summary>One end of a pair of pipes.</summary>
internal sealed record PipePair(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Makes two ends, each reading what the other writes.</summary>
    public static (IDuplexPipe Inner, IDuplexPipe Outer) Create()
    {
        var toInner = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var toOuter = new Pipe(new PipeOptions(useSynchronizationContext: false));
        return (new PipePair(toInner.Reader, toOuter.Writer), new PipePair(toOuter.Reader, toInner.Writer));
    }
}
