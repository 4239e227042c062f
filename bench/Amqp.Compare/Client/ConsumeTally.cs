namespace Amqp.Compare.Client;

/// <summary>W3's count: the same few instructions for every contestant. Used by one handler at a time.</summary>
internal sealed class ConsumeTally(ClientArguments arguments, Meter meter)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _over;

    /// <summary>Deliveries counted.</summary>
    public long Received { get; private set; }

    /// <summary>Completes when the measured window is over and the last ack was handed to the library.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Counts one; true when it is time to acknowledge all of them.</summary>
    public bool Count(ReadOnlySpan<byte> body)
    {
        if (_over)
        {
            return false;
        }

        if (body.Length != arguments.Body || !TestBody.Matches(body, 0))
        {
            _completion.TrySetException(new InvalidDataException("A delivered body is not the one agreed."));
        }

        return ++Received % ClientArguments.AckEvery == 0;
    }

    /// <summary>Call after each acknowledgement.</summary>
    public void Acked()
    {
        switch (meter.Look(Received))
        {
            case Phase.WarmedUp:
                meter.Begin(Received);
                break;
            case Phase.Done:
                meter.End(Received);
                _over = true;
                _completion.TrySetResult();
                break;
        }
    }
}
