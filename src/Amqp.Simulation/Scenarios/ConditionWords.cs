using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.Simulation.Links;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Scenarios;

/// <summary>The conditions of a world in words, both ways.</summary>
internal static class ConditionWords
{
    /// <summary>Reads the condition that begins with this word; null when none does.</summary>
    public static WorldOptions? Read(string first, WordReader words, WorldOptions options) => first switch
    {
        "reconnect" => options with
        {
            Reconnect = words.HasMore
                ? new ReconnectOptions(words.Time(), words.Time())
                : ReconnectOptions.Default,
        },
        "connect-timeout" => options with { ConnectTimeout = words.Time() },
        "faults-end" => options with { FaultsEnd = words.Time() },
        "patience" => options with { Patience = words.Time() },
        "grace" => options with { Grace = words.Time() },
        "limit" => options with { Limit = words.Time() },
        "most-happenings" => options with { MaxHappenings = words.Count("a number of happenings") },
        "client-origin" => options with { Origin = MonoTime.Zero + words.Time() },
        "client-drift" => options with { ClientClock = new ClockOptions(words.Number("a drift in millionths")) },
        "broker-drift" => options with { BrokerClock = new ClockOptions(words.Number("a drift in millionths")) },
        "heartbeat" => options with { Session = options.Session with { Heartbeat = words.Time() } },
        "frame-max" => options with { Session = options.Session with { FrameMax = (uint)words.Count("a length") } },
        "channel-max" => options with
        {
            Session = options.Session with { ChannelMax = checked((ushort)words.Count("a number of channels")) },
        },
        "buggify" => options with { Buggify = ReadSites(words) },
        _ => ReadLink(first, words, options.Link) is { } link ? options with { Link = link } : null,
    };

    public static IEnumerable<string> Write(WorldOptions options)
    {
        var plain = new WorldOptions();
        SessionOptions session = plain.Session with
        {
            Heartbeat = options.Session.Heartbeat,
            FrameMax = options.Session.FrameMax,
            ChannelMax = options.Session.ChannelMax,
        };
        if (session != options.Session || options.Broker is not null)
        {
            throw new FormatException(
                "only heartbeat, frame-max and channel-max have words; as C# a scenario can say more");
        }

        if (options.Reconnect is { } reconnect)
        {
            yield return reconnect == ReconnectOptions.Default
                ? "reconnect"
                : $"reconnect {DurationText.Write(reconnect.Delay)} {DurationText.Write(reconnect.MaxDelay)}";
        }

        (string Word, object Value, object Plain)[] each =
        [
            ("connect-timeout", options.ConnectTimeout, plain.ConnectTimeout),
            ("faults-end", options.FaultsEnd, plain.FaultsEnd),
            ("patience", options.Patience, plain.Patience),
            ("grace", options.Grace, plain.Grace),
            ("limit", options.Limit, plain.Limit),
            ("most-happenings", options.MaxHappenings, plain.MaxHappenings),
            ("client-origin", options.Origin - MonoTime.Zero, plain.Origin - MonoTime.Zero),
            ("client-drift", options.ClientClock.DriftPpm, plain.ClientClock.DriftPpm),
            ("broker-drift", options.BrokerClock.DriftPpm, plain.BrokerClock.DriftPpm),
            ("heartbeat", session.Heartbeat, plain.Session.Heartbeat),
            ("frame-max", session.FrameMax, plain.Session.FrameMax),
            ("channel-max", session.ChannelMax, plain.Session.ChannelMax),
            ("latency", options.Link.Latency, plain.Link.Latency),
            ("jitter", options.Link.Jitter, plain.Link.Jitter),
            ("gap", options.Link.ChunkGap, plain.Link.ChunkGap),
            ("window", options.Link.ReceiveWindow, plain.Link.ReceiveWindow),
            ("rate", options.Link.BytesPerSecond, plain.Link.BytesPerSecond),
        ];
        foreach ((string word, object value, object usual) in each)
        {
            if (!value.Equals(usual))
            {
                yield return value is TimeSpan time
                    ? $"{word} {DurationText.Write(time)}"
                    : string.Create(CultureInfo.InvariantCulture, $"{word} {value}");
            }
        }

        if (options.Buggify != BuggifySites.None)
        {
            yield return "buggify " + options.Buggify.ToString().Replace(",", "", StringComparison.Ordinal);
        }

        if (options.Link.ShortWrites)
        {
            yield return "short-writes";
        }

        if (options.Link.ToBroker != plain.Link.ToBroker || options.Link.ToClient != plain.Link.ToClient)
        {
            yield return $"chunks {ScenarioText.Write(options.Link.ToBroker)} and "
                + ScenarioText.Write(options.Link.ToClient);
        }
    }

    private static BuggifySites ReadSites(WordReader words)
    {
        BuggifySites sites = BuggifySites.None;
        foreach (string word in words.Rest())
        {
            sites |= Array.Exists(Enum.GetNames<BuggifySites>(), name => name == word)
                ? Enum.Parse<BuggifySites>(word)
                : throw new FormatException(
                    $"'{word}' is no site; there is {string.Join(", ", Enum.GetNames<BuggifySites>())}");
        }

        return sites;
    }

    private static LinkOptions? ReadLink(string first, WordReader words, LinkOptions link)
    {
        switch (first)
        {
            case "latency":
                return link with { Latency = words.Time() };
            case "jitter":
                return link with { Jitter = words.Time() };
            case "gap":
                return link with { ChunkGap = words.Time() };
            case "window":
                return link with { ReceiveWindow = words.Count("a number of bytes") };
            case "rate":
                return link with { BytesPerSecond = words.Count("a number of bytes") };
            case "short-writes":
                return link with { ShortWrites = true };
            case "chunks":
                string[] ways = string.Join(' ', words.Rest()).Split(" and ");
                return ways.Length > 2
                    ? throw new FormatException("chunks are given for the broker 'and' for the client")
                    : link with
                    {
                        ToBroker = ScenarioText.ParseChunking(ways[0]),
                        ToClient = ScenarioText.ParseChunking(ways[^1]),
                    };
            default:
                return null;
        }
    }
}
