namespace Amqp.Transport.Drive;

/// <summary>Runs the action that it is completed with.</summary>
internal sealed class DeferredAction : IPending
{
    public static DeferredAction Instance { get; } = new();

    public void Complete(object? outcome) => ((Action)outcome!)();
}
