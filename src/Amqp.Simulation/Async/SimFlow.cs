using System.IO.Pipelines;
using Amqp.Simulation.Evidence;

namespace Amqp.Simulation.Async;

/// <summary>One direction of a <see cref="SimStream"/>.</summary>
internal sealed class SimFlow(TraceLane sender)
{
    private TaskCompletionSource? _room;

    public TraceLane Sender { get; } = sender;

    public TraceLane Receiver => Sender == TraceLane.Client ? TraceLane.Broker : TraceLane.Client;

    /// <summary>Where what arrives goes.</summary>
    public PipeWriter? Target { get; set; }

    /// <summary>True while the receiver has not made room for what was delivered last.</summary>
    public bool IsFull { get; set; }

    /// <summary>True when something became readable meanwhile.</summary>
    public bool HasMissed { get; set; }

    public bool IsEnded { get; set; }

    public Task WaitForRoomAsync()
    {
        _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _room.Task;
    }

    public void TellRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
