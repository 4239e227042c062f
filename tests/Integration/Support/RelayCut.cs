namespace Amqp.Integration.Support;

/// <summary>Where a <see cref="TcpRelay"/> cuts: after how many octets in either direction, and how.</summary>
/// <param name="AfterFromClient">Octets from the client that still reach the broker.</param>
/// <param name="AfterFromBroker">Octets from the broker that still reach the client.</param>
/// <param name="Reset">True for a TCP reset, false for an orderly end.</param>
internal sealed record RelayCut(long AfterFromClient, long AfterFromBroker, bool Reset)
{
    /// <summary>No cut, unless the test asks for one.</summary>
    public static RelayCut None { get; } = new(long.MaxValue, long.MaxValue, true);

    /// <summary>Cuts when the broker's octet with this number has been passed on.</summary>
    public static RelayCut OfBroker(long after, bool reset) => new(long.MaxValue, after, reset);

    /// <summary>Cuts when the client's octet with this number has been passed on.</summary>
    public static RelayCut OfClient(long after, bool reset) => new(after, long.MaxValue, reset);
}
