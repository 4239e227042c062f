using System.IO.Pipelines;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Async;

/// <summary>Something that accepts connections and is no broker.</summary>
internal static class StrangePeer
{
    public static IDuplexPipe Connect(ConnectFailure failure)
    {
        (IDuplexPipe peer, IDuplexPipe client) = PipePair.Create();
        switch (failure)
        {
            case ConnectFailure.ResetAfterAccept:
                var reset = new IOException("the connection was reset by the peer");
                peer.Output.Complete(reset);
                peer.Input.Complete(reset);
                break;
            case ConnectFailure.Garbage:
                Say(peer, "HTTP/1.1 400 Bad Request\r\n\r\n"u8);
                break;
            case ConnectFailure.TlsAlert:
                Say(peer, [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);
                break;
        }

        return client;
    }

    private static void Say(IDuplexPipe peer, ReadOnlySpan<byte> banner)
    {
        banner.CopyTo(peer.Output.GetSpan(banner.Length));
        peer.Output.Advance(banner.Length);
        peer.Output.Complete();
    }
}
