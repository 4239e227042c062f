namespace Amqp.Transport;

/// <summary>What a socket is watched for, or is ready for.</summary>
[Flags]
public enum IoEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading would not block: bytes came, or the end, or an error.</summary>
    Read = 1,

    /// <summary>Writing would not block, or would fail; also the end of connecting.</summary>
    Write = 2,

    /// <summary>An error or out-of-band data.</summary>
    Error = 4,
}
