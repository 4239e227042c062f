namespace Amqp.Property.Conformance;

/// <summary>One method: its ids, whether it is answered, and its arguments in order.</summary>
internal sealed record WireMethod(
    int ClassId,
    int MethodId,
    string Name,
    bool IsAnswered,
    IReadOnlyList<WireField> Arguments)
{
    /// <summary>True for the methods that a content header and a body follow.</summary>
    public bool HasContent => Name is "basic.publish" or "basic.return" or "basic.deliver" or "basic.get-ok";
}
