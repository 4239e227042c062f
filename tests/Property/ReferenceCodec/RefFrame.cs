namespace Amqp.Property.ReferenceCodec;

/// <summary>One whole frame; its end octet was right.</summary>
public sealed record RefFrame(int Type, int Channel, byte[] Payload)
{
    /// <inheritdoc/>
    public override string ToString() => RefListing.Frame(this);
}
