namespace Amqp.FakeBroker.Faults;

/// <summary>How a link is cut.</summary>
public enum CutKind
{
    /// <summary>
    /// An orderly end: both sides read what was sent before the cut and then the end of the stream.
    /// </summary>
    Fin,

    /// <summary>
    /// A reset: the bytes before the cut have already arrived; everything else in flight, either way, is lost.
    /// </summary>
    Reset,

    /// <summary>
    /// Nothing more arrives on either side and nobody is told; each side's own writes still seem to succeed.
    /// </summary>
    Silent,

    /// <summary>As <see cref="Silent"/>, in the direction of the cut only.</summary>
    SilentOneWay,
}
