namespace Amqp.Transport.Drive;

/// <summary>A filled piece of output.</summary>
internal readonly struct Slab(byte[] buffer, int length)
{
    public byte[] Buffer { get; } = buffer;

    public int Length { get; } = length;

    public ReadOnlyMemory<byte> Memory => new(Buffer, 0, Length);
}
