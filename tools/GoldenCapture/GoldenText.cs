using System.Text;
using Amqp.Property.ReferenceCodec;

namespace Amqp.GoldenCapture;

/// <summary>The text form of a recorded session: # lines, then for each record its bytes and its listing.</summary>
internal static class GoldenText
{
    public static string Of(string name, Peer peer)
    {
        var text = new StringBuilder();
        Line(text, $"# A recorded session with {Broker(peer)}.");
        Line(text, $"# Made by: dotnet run --project tools/GoldenCapture -- HOST:PORT tests/Property/Goldens {name}");
        Line(text, "# C is what the client sent, S the server; each is followed by the reference codec's listing.");
        foreach (Record record in peer.Records)
        {
            Line(text, $"{record.Direction} {Convert.ToHexString(record.Bytes).ToLowerInvariant()}");
            Line(text, "  " + record.Listing);
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Broker(Peer peer)
    {
        if (peer.Start is null)
        {
            return "RabbitMQ (it sent no connection.start)";
        }

        string Property(string key) => ((IReadOnlyList<RefEntry>)peer.Start["server-properties"])
            .Where(e => Encoding.UTF8.GetString(e.Key) == key)
            .Select(e => Encoding.UTF8.GetString((byte[])e.Value.Content!))
            .Single();
        return $"{Property("product")} {Property("version")}";
    }
}
