namespace Amqp.Transport.Consume;

/// <summary>What a content that arrives belongs to.</summary>
internal enum ContentKind
{
    /// <summary>Nothing arrives.</summary>
    None,

    /// <summary><c>basic.deliver</c>.</summary>
    Delivery,

    /// <summary><c>basic.get-ok</c>.</summary>
    Get,

    /// <summary><c>basic.return</c>.</summary>
    Return,
}
