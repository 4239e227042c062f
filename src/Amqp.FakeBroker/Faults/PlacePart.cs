namespace Amqp.FakeBroker.Faults;

/// <summary>Which part of a method, and of the content it may carry, a <see cref="ProtocolPlace"/> names.</summary>
public enum PlacePart
{
    /// <summary>In front of the method's frame: nothing of it arrives.</summary>
    Before,

    /// <summary>In the middle of the method's frame.</summary>
    Method,

    /// <summary>In the middle of the content header.</summary>
    Header,

    /// <summary>
    /// In the middle of the first body frame. A message without a body is cut behind its header instead.
    /// </summary>
    Body,

    /// <summary>Behind the method and all of its content.</summary>
    After,
}
