namespace Amqp.Engine.Wire;

/// <summary>What <see cref="FrameReader.TryRead"/> found.</summary>
public enum FrameReadStatus
{
    /// <summary>A whole frame.</summary>
    Complete,

    /// <summary>The beginning of a frame, or nothing.</summary>
    NeedMoreData,

    /// <summary>Bytes that no frame starts or ends with; <see cref="FrameReader.Error"/> says why.</summary>
    Malformed,
}
