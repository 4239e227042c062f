using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amqp.FakeBroker.Hosting;

/// <summary>The two ends of a stream, as RabbitMQ shows them. A pipe in the process has no ports.</summary>
internal sealed record StreamEnds(string PeerHost, int PeerPort, string Host, int Port, bool IsTls)
{
    public static StreamEnds InProcess { get; } = new("in-process", 0, "in-process", 0, false);

    /// <summary>The connection's name as RabbitMQ makes it; null lets the core invent one.</summary>
    public string? Name => PeerPort == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{PeerHost}:{PeerPort} -> {Host}:{Port}");

    public static StreamEnds Of(Socket socket, bool isTls)
    {
        IPEndPoint peer = (IPEndPoint)socket.RemoteEndPoint!;
        IPEndPoint own = (IPEndPoint)socket.LocalEndPoint!;
        return new StreamEnds(peer.Address.ToString(), peer.Port, own.Address.ToString(), own.Port, isTls);
    }
}
