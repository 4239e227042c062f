namespace Amqp.Property.ReferenceCodec;

/// <summary>
/// The limits a field table is read with: levels (the outermost is 1), and values of all levels together.
/// </summary>
public sealed record RefLimits(int Depth, int Entries)
{
    /// <summary>The engine's defaults, written down a second time.</summary>
    public static RefLimits Default { get; } = new(32, 4096);
}
