namespace Amqp.Compare.Client;

/// <summary>What one client process measured; printed as one line of JSON.</summary>
internal sealed record ClientResult
{
    /// <summary>Messages (or round trips, or connections) from start to end, warm-up included: the claim the sink is
    /// asked about.</summary>
    public long Total { get; init; }

    /// <summary>Of those, how many were measured.</summary>
    public long Messages { get; init; }

    /// <summary>Wall seconds of the measured part.</summary>
    public double Seconds { get; init; }

    /// <summary>CPU seconds (user and system) of the whole process in the measured part.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>User CPU seconds of the whole process in the measured part.</summary>
    public double UserSeconds { get; init; }

    /// <summary>Managed bytes allocated in the measured part.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Garbage collections of generation 0 or more.</summary>
    public int Gen0 { get; init; }

    /// <summary>Garbage collections of generation 1 or more.</summary>
    public int Gen1 { get; init; }

    /// <summary>Garbage collections of generation 2.</summary>
    public int Gen2 { get; init; }

    /// <summary>Peak resident memory of the process (VmHWM), KiB.</summary>
    public long PeakKiB { get; init; }

    /// <summary>Send calls in the measured part; null when nothing counted them.</summary>
    public long? Sends { get; init; }

    /// <summary>Receive calls in the measured part.</summary>
    public long? Receives { get; init; }

    /// <summary>epoll_wait and poll calls in the measured part.</summary>
    public long? Waits { get; init; }

    /// <summary>Median round trip, µs (W4).</summary>
    public double? P50 { get; init; }

    /// <summary>The round trip that 99 of 100 do not exceed, µs (W4).</summary>
    public double? P99 { get; init; }
}
