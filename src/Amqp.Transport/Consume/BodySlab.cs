namespace Amqp.Transport.Consume;

/// <summary>A block of memory that lent bodies lie in. It is counted, and goes back to its <see cref="BodyPool"/>
/// with the last of them.</summary>
internal sealed class BodySlab(byte[] array)
{
    private int _holders;

    public byte[] Array { get; } = array;

    /// <summary>How much of it was given out. The connection's gate is held.</summary>
    public int Used { get; set; }

    public int Free => Array.Length - Used;

    /// <summary>Whether nothing lies in it but what its one holder may write.</summary>
    public bool IsLent => Volatile.Read(ref _holders) > 1;

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <returns>Whether that was the last holder.</returns>
    public bool Release() => Interlocked.Decrement(ref _holders) == 0;
}
