namespace Amqp.Compare.Client;

/// <summary>W4's count and times; the next ball is served from the handler that received the last one.</summary>
internal sealed class PingPongRally(ClientArguments arguments, Meter meter)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _served;

    /// <summary>Round trips done.</summary>
    public long Trips { get; private set; }

    /// <summary>Completes when the measured window is over.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Notes when the ball leaves.</summary>
    public void Serve() => _served = meter.Now;

    /// <summary>Notes that it is back; true when it must be served again.</summary>
    public bool Return(ReadOnlySpan<byte> body)
    {
        meter.Sample(_served);
        Trips++;
        if (body.Length != arguments.Body || !TestBody.Matches(body, 0))
        {
            _completion.TrySetException(new InvalidDataException("A delivered body is not the one agreed."));
            return false;
        }

        if ((Trips & 15) == 0)
        {
            switch (meter.Look(Trips))
            {
                case Phase.WarmedUp:
                    meter.Begin(Trips);
                    break;
                case Phase.Done:
                    meter.End(Trips);
                    _completion.TrySetResult();
                    return false;
            }
        }

        Serve();
        return true;
    }
}
