namespace Amqp.Transport.Drive;

/// <summary>Something that a caller waits for. Completed after the gate was left, since it may run the caller's
/// code.</summary>
internal interface IPending
{
    /// <summary>Ends the wait.</summary>
    /// <param name="outcome">A result, or an <see cref="Exception"/>.</param>
    void Complete(object? outcome);
}
