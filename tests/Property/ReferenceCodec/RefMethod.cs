namespace Amqp.Property.ReferenceCodec;

/// <summary>A decoded method frame payload.</summary>
public sealed record RefMethod(RefMethodSpec Spec, IReadOnlyList<RefArg> Args)
{
    /// <summary>The argument of this name.</summary>
    public object this[string name] => Args.Single(a => a.Field.Name == name).Value;

    /// <inheritdoc/>
    public override string ToString() => RefListing.Method(this);
}
