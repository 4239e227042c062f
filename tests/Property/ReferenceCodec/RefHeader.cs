namespace Amqp.Property.ReferenceCodec;

/// <summary>A decoded content header frame payload; only the properties that are present are listed.</summary>
public sealed record RefHeader(int ClassId, ulong BodySize, IReadOnlyList<RefArg> Properties)
{
    /// <inheritdoc/>
    public override string ToString() => RefListing.Header(this);
}
