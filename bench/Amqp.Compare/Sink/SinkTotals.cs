namespace Amqp.Compare.Sink;

/// <summary>What the sink has seen since it was last asked; the orchestrator holds a client's claim against
/// it.</summary>
internal sealed class SinkTotals
{
    /// <summary>Complete messages published to the sink.</summary>
    public long Published { get; set; }

    /// <summary>Their body bytes.</summary>
    public long PublishedBytes { get; set; }

    /// <summary>Publishes acknowledged (confirm mode).</summary>
    public long Confirmed { get; set; }

    /// <summary>Messages handed to consumers.</summary>
    public long Delivered { get; set; }

    /// <summary>Deliveries the consumers have acknowledged.</summary>
    public long Acked { get; set; }

    /// <summary>Connections that reached open.</summary>
    public long ConnectionsOpened { get; set; }

    /// <summary>Connections that closed with connection.close.</summary>
    public long ConnectionsClosed { get; set; }

    /// <summary>Connections that ended without connection.close.</summary>
    public long ConnectionsDropped { get; set; }

    /// <summary>Channels opened.</summary>
    public long ChannelsOpened { get; set; }

    /// <summary>Channels that closed with channel.close.</summary>
    public long ChannelsClosed { get; set; }

    /// <summary>Read calls that brought bytes.</summary>
    public long Reads { get; set; }

    /// <summary>The first few breaches of framing, of content order or of declared sizes.</summary>
    public List<string> Violations { get; set; } = [];

    /// <summary>Notes a breach; keeps the first ten.</summary>
    public void Violate(string text)
    {
        if (Violations.Count < 10)
        {
            Violations.Add(text);
        }
    }
}
